/** Reading questions. Whatever is wrong with one, the error never repeats what it holds. */

import { configInvalid } from '../error.js';
import { base64 as base64Bytes, hex as hexBytes, utf8 } from './bytes.js';
import { type Decoder, Fault, attempt, either, mapped, option, raw, read, struct, text, wholeCharacters } from './json.js';

/** One line: an id to repeat, an operation, and what it needs; each as its JSON text. */
export interface Question {
  readonly id: string;
  readonly op: string | undefined;
  readonly input: string;
}

const QUESTION = struct({ id: option(raw), op: option(raw), input: option(raw) });

export function questionOf(line: string): Question {
  // An array of the members would also be a struct.
  if (!/^[ \t\n\f\r]*\{/.test(line)) throw configInvalid('the line is no JSON object');
  const { id = 'null', op, input = '{}' } = readable(line, QUESTION, 'the line');
  return { id, op, input };
}

export function opOf({ op }: Question): string {
  if (op === undefined) throw configInvalid('the question lacks the member `op`');
  const name = attempt(op, text);
  if (name === undefined) throw configInvalid('the member `op` is no string');
  return name;
}

/** The member `input` by its form. For texts of metadata it is made of whole characters first. */
export function inputOf<T>(input: string, decoder: Decoder<T>, isWhole = false): T {
  if (!input.startsWith('{')) throw configInvalid('the member `input` is no object');
  return readable(isWhole ? wholeCharacters(input) : input, decoder, '`input`');
}

function readable<T>(json: string, decoder: Decoder<T>, what: string): T {
  try {
    return read(json, decoder);
  } catch (fault) {
    if (fault instanceof Fault) throw configInvalid(wordsFor(fault, json, what));
    throw fault;
  }
}

function wordsFor({ kind, at, member }: Fault, json: string, what: string): string {
  switch (kind) {
    case 'missing':
      return `${what} lacks the member \`${member}\``;
    case 'repeated':
      return `${what} repeats the member \`${member}\``;
    case 'data':
      return `a member of ${what} has the wrong type or form, at its character ${utf8(json.slice(0, at)).length}`;
    default:
      return `${what} is no JSON object`;
  }
}

/** Bytes given in hex, either case. */
export const hex = mapped(text, hexBytes);

/** Bytes given in base64 with padding. */
export const base64 = mapped(text, base64Bytes);

/** A feature: `true`, `"on"`, `false` or `"off"`. */
export const feature: Decoder<boolean> = either((json) => ({ true: true, '"on"': true, false: false, '"off"': false })[canonical(json)]);

function canonical(json: string): string {
  const name = attempt(json, text);
  return name === undefined ? json : JSON.stringify(name);
}

/** The member `external_task_ref`. */
export const reference = struct({ kind: text, value: option(text) });

