/** The installation id. */

import { configInvalid } from '../error.js';
import { utf8 } from './bytes.js';
import { option, struct, text } from './json.js';
import { wholeOperation } from './operation.js';
import { hex } from './question.js';

/** `content_hex` is a file that is not UTF-8. */
export const parse = wholeOperation(struct({ text: option(text), content_hex: option(hex), random_hex: option(hex) }), (driver, input) => {
  const content = input.text === undefined ? input.content_hex : utf8(input.text);
  const isOne = (input.text === undefined) !== (input.content_hex === undefined);
  if (!isOne || !content) throw configInvalid('`input` needs one of the members `text` and `content_hex`');
  driver.setRandom(input.random_hex ?? new Uint8Array());
  const { id, isNew } = driver.guest.metadata.parseInstallationId(content);
  return { installation_id: id, rewrite: isNew };
});
