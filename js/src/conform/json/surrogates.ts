import { ESCAPE } from './reader.js';

/** The text with U+FFFD for every `\u` escape that is half of a surrogate pair and stands alone. Everything else stays. */
export function wholeCharacters(json: string): string {
  const unit = (at: number) => {
    const digits = /^\\u([0-9a-fA-F]{4})$/.exec(json.slice(at, at + ESCAPE))?.[1];
    return digits === undefined ? 0 : Number.parseInt(digits, 16);
  };
  const isHigh = (code: number) => code >= 0xd800 && code <= 0xdbff;
  const isLow = (code: number) => code >= 0xdc00 && code <= 0xdfff;
  let whole = '';
  let done = 0;
  for (let at = json.indexOf('\\'); at >= 0; at = json.indexOf('\\', at)) {
    const code = unit(at);
    if (isHigh(code) && isLow(unit(at + ESCAPE))) at += 2 * ESCAPE;
    else if (isHigh(code) || isLow(code)) {
      whole += `${json.slice(done, at)}\\ufffd`;
      at += ESCAPE;
      done = at;
    } else at += 2;
  }
  return whole + json.slice(done);
}
