/** The members of one JSON object, taken by name. */

import { configInvalid } from '../error.js';
import { type Decoder, array, attempt, bool, i64, pairs, raw, text, u64 } from './json.js';

/** Members that were not taken yet, in document order, each with the text of its value. */
export class Members {
  #members: [string, string][];
  readonly #of: string;

  private constructor(members: [string, string][], of: string) {
    this.#members = members;
    this.#of = of;
  }

  /** Reads an object, called `of` in errors. */
  static read(json: string, of: string): Members {
    const members = attempt(json, pairs(raw));
    if (!members) throw configInvalid(`${of} is no JSON object`);
    return new Members(members, of);
  }

  /** The text of the value of a member, unless it is `null`. The member may have any of these names. Throws if it is there twice. */
  value(...names: string[]): string | undefined {
    const found = this.#members.filter(([name]) => names.includes(name));
    this.#members = this.#members.filter(([name]) => !names.includes(name));
    if (found.length > 1) throw configInvalid(`${this.#of} repeats the member \`${names[0]}\``);
    return found[0]?.[1] === 'null' ? undefined : found[0]?.[1];
  }

  text(...names: string[]): string | undefined {
    return this.#decoded(names, text, 'a string');
  }

  requiredText(name: string): string {
    const found = this.text(name);
    if (found === undefined) throw configInvalid(`${this.#of} lacks the member \`${name}\``);
    return found;
  }

  unsigned(name: string): bigint | undefined {
    return this.#decoded([name], u64, 'an integer from 0 to 18446744073709551615');
  }

  signed(name: string): bigint | undefined {
    return this.#decoded([name], i64, 'an integer of 64 bits');
  }

  flag(...names: string[]): boolean | undefined {
    return this.#decoded(names, bool, 'true or false');
  }

  list(name: string): string[] {
    return this.#decoded([name], array(text), 'an array of strings') ?? [];
  }

  /** An object of strings, in document order; empty if it is absent. */
  texts(...names: string[]): [string, string][] {
    return this.#decoded(names, pairs(text), 'an object of strings') ?? [];
  }

  object(name: string): Members | undefined {
    const found = this.value(name);
    return found === undefined ? undefined : Members.read(found, `the member \`${name}\``);
  }

  /** Every member that is left, as an object; `null` is one without members. */
  objects(): [string, Members][] {
    return this.#members.map(([name, json]) => [name, Members.read(json === 'null' ? '{}' : json, `an entry of ${this.#of}`)]);
  }

  /** Name and value of the only member. */
  only(): [string, string] | undefined {
    return this.#members.length === 1 ? this.#members[0] : undefined;
  }

  #decoded<T>(names: string[], decoder: Decoder<T>, form: string): T | undefined {
    const json = this.value(...names);
    if (json === undefined) return undefined;
    const found = attempt(json, decoder);
    if (found === undefined) throw configInvalid(`the member \`${names[0]}\` of ${this.#of} is not ${form}`);
    return found;
  }
}
