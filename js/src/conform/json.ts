/**
 * Reads JSON as the conformance driver does everywhere: exact integers, repeated members refused, raw values kept as they are written, and
 * for every fault the same words and the same place. The grammar is RFC 8259; the form of values is told by decoders.
 */

import { compare, utf8 } from './bytes.js';

/** What is wrong with a text: its syntax, or one of its values. */
export class Fault {
  /** Index in the text at which a value is wrong; filled in by whatever holds the value, where the value itself does not say. */
  at: number | undefined;

  constructor(
    readonly kind: 'syntax' | 'data' | 'missing' | 'repeated',
    place?: number,
    /** The member that is missing or repeated. */
    readonly member = '',
  ) {
    this.at = place;
  }
}

/** Reads one value of some form. */
export interface Decoder<T> {
  (reader: Reader): T;
  /** What stands for an absent member. Without it, absence is a fault. */
  readonly absent?: () => T;
}

/** Deepest nesting of arrays and objects whose values are kept. */
const DEEPEST = 127;

/** A text and a place in it. */
export class Reader {
  at = 0;

  constructor(readonly text: string) {}

  /** The next character that is no white space. */
  next(): string {
    while (/[ \t\n\r]/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text[this.at] ?? '';
  }

  /** Passes over this character if it is next. */
  takes(character: string): boolean {
    if (this.next() !== character) return false;
    this.at += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.takes(character)) throw new Fault('syntax');
  }

  /** A string, decoded. */
  string(): string {
    const raw = this.rawString();
    let text: unknown;
    try {
      text = JSON.parse(raw);
    } catch {
      throw new Fault('syntax');
    }
    if (/\p{Surrogate}/u.test(text as string)) throw new Fault('syntax');
    return text as string;
  }

  /** The text of a string. Halves of surrogate pairs are no fault in one that is passed over. */
  rawString(): string {
    const { text } = this;
    this.next();
    const from = this.at;
    if (text[from] !== '"') throw new Fault('syntax');
    for (let at = from + 1; ; at += 1) {
      const code = text.charCodeAt(at);
      // Behind the end this is NaN.
      if (!(code >= 0x20)) throw new Fault('syntax');
      if (code === 0x22) {
        this.at = at + 1;
        return text.slice(from, this.at);
      }
      if (code === 0x5c) at += this.#escape(at);
    }
  }

  /** How much of an escape is behind its backslash. */
  #escape(at: number): number {
    if (/^["\\/bfnrt]$/.test(this.text[at + 1] ?? '')) return 1;
    if (/^u[0-9a-fA-F]{4}$/.test(this.text.slice(at + 1, at + ESCAPE))) return ESCAPE - 1;
    throw new Fault('syntax');
  }

  /** The text of a number. */
  rawNumber(): string {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined) throw new Fault('syntax');
    this.at += found.length;
    return found;
  }

  word(): string {
    WORD.lastIndex = this.at;
    const found = WORD.exec(this.text)?.[0];
    if (found === undefined) throw new Fault('syntax');
    this.at += found.length;
    return found;
  }

  /** The text of the next value, which is only checked for its grammar, however deep it is. */
  raw(): string {
    this.next();
    const from = this.at;
    const open: ('}' | ']')[] = [];
    for (;;) {
      if (this.#opens(open)) continue;
      while (open.length && this.takes(open.at(-1)!)) open.pop();
      if (!open.length) return this.text.slice(from, this.at);
      this.expect(',');
      if (open.at(-1) === '}') this.#name();
    }
  }

  /** Passes over a value without parts, or over the beginning of one whose first part is next. */
  #opens(open: ('}' | ']')[]): boolean {
    const character = this.next();
    if (character === '{' || character === '[') {
      const close = character === '{' ? '}' : ']';
      this.at += 1;
      if (this.takes(close)) return false;
      open.push(close);
      if (character === '{') this.#name();
      return true;
    }
    if (character === '"') this.rawString();
    else if (/[-0-9]/.test(character)) this.rawNumber();
    else this.word();
    return false;
  }

  #name(): void {
    this.rawString();
    this.expect(':');
  }

  /** Refuses the next value for its form. What is no array and no object is passed over first. */
  refuse(): never {
    const character = this.next();
    if (character === '"') this.string();
    else if (/[-0-9]/.test(character)) inRange(this.rawNumber());
    else if (character !== '{' && character !== '[') this.word();
    throw new Fault('data', this.at);
  }

  /** Runs `read` inside something that ends with `close`; a fault in it without a place gets the place after it. */
  within<T>(close: '}' | ']', read: () => T): T {
    this.at += 1;
    let value: T;
    try {
      value = read();
    } catch (fault) {
      this.#passEnd(close);
      if (fault instanceof Fault) fault.at ??= this.at;
      throw fault;
    }
    this.expect(close);
    return value;
  }

  #passEnd(close: string): void {
    if (this.takes(close)) return;
    if (close === ']' && this.takes(',')) this.next();
  }

  /** Calls `member` with each name of an object, standing before its value; `named` is called as soon as the name is read. */
  members(member: (name: string) => void, named?: (name: string) => void): void {
    for (let first = true; this.next() !== '}'; first = false) {
      if (!first) this.expect(',');
      const name = this.string();
      named?.(name);
      this.expect(':');
      member(name);
    }
  }

  /** Calls `element` before each element of an array, as long as it wants more. */
  elements(element: (index: number) => boolean | void): void {
    for (let index = 0; this.next() !== ']'; index += 1) {
      if (index && this.next() !== ',') throw new Fault('syntax');
      if (index) this.at += 1;
      if (element(index) === false) return;
    }
  }
}

/** Length of a `\u` escape. */
const ESCAPE = 6;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

function inRange(number: string): string {
  if (!Number.isFinite(Number(number))) throw new Fault('syntax');
  return number;
}

/** Reads a whole text. */
export function read<T>(text: string, decoder: Decoder<T>): T {
  const reader = new Reader(text);
  const value = decoder(reader);
  if (reader.next()) throw new Fault('syntax');
  return value;
}

export const raw: Decoder<string> = (reader) => reader.raw();

export const text: Decoder<string> = (reader) => (reader.next() === '"' ? reader.string() : reader.refuse());

export const bool: Decoder<boolean> = (reader) => (/[tf]/.test(reader.next()) ? reader.word() === 'true' : reader.refuse());

function integer(least: bigint, most: bigint): Decoder<bigint> {
  return (reader) => {
    if (!/[-0-9]/.test(reader.next())) return reader.refuse();
    const number = inRange(reader.rawNumber());
    const value = /^(?:0|-?[1-9]\d*)$/.test(number) ? BigInt(number) : undefined;
    if (value === undefined || value < least || value > most) throw new Fault('data', reader.at);
    return value;
  };
}

export const i64 = integer(-(2n ** 63n), 2n ** 63n - 1n);
export const u64 = integer(0n, 2n ** 64n - 1n);
const narrow =
  (most: bigint): Decoder<number> =>
  (reader) =>
    Number(integer(0n, most)(reader));
export const u32 = narrow(2n ** 32n - 1n);
export const u16 = narrow(65_535n);
export const u8 = narrow(255n);

/** A value, `null` or nothing. */
export function option<T>(of: Decoder<T>): Decoder<T | undefined> {
  const decoder = (reader: Reader) => {
    if (reader.next() !== 'n') return of(reader);
    reader.word();
    return undefined;
  };
  return Object.assign(decoder, { absent: () => undefined });
}

/** A value with one that stands for its absence. */
export function defaulted<T>(of: Decoder<T>, absent: () => T): Decoder<T> {
  return Object.assign((reader: Reader) => of(reader), { absent });
}

/** A value made from another one, or refused. */
export function mapped<T, U>(of: Decoder<T>, make: (value: T) => U | undefined): Decoder<U> {
  return (reader) => {
    const value = make(of(reader));
    if (value === undefined) throw new Fault('data');
    return value;
  };
}

export function array<T>(of: Decoder<T>): Decoder<T[]> {
  return (reader) => {
    if (reader.next() !== '[') return reader.refuse();
    const values: T[] = [];
    return reader.within(']', () => {
      reader.elements(() => void values.push(of(reader)));
      return values;
    });
  };
}

/** The members of an object in document order, repeated ones included. */
export function pairs<T>(of: Decoder<T>): Decoder<[string, T][]> {
  return (reader) => {
    if (reader.next() !== '{') return reader.refuse();
    const found: [string, T][] = [];
    return reader.within('}', () => {
      reader.members((name) => found.push([name, of(reader)]));
      return found;
    });
  };
}

/** The members of an object by name in the order of their bytes; of a repeated one the last. */
export function sorted<T>(of: Decoder<T>): Decoder<[string, T][]> {
  return (reader) => byBytes(new Map(pairs(of)(reader)));
}

/** Entries in the order of the UTF-8 bytes of their names. */
export function byBytes<T>(entries: Iterable<[string, T]>): [string, T][] {
  return [...entries].sort(([a], [b]) => compare(utf8(a), utf8(b)));
}

type Struct<D> = { [K in keyof D]: D[K] extends Decoder<infer T> ? T : never };

/** An object with these members, or an array of them in this order. Other members are passed over. */
export function struct<D extends Record<string, Decoder<any>>>(decoders: D): Decoder<Struct<D>> {
  const names = Object.keys(decoders);
  const complete = (found: Map<string, unknown>) => {
    for (const name of names) {
      if (found.has(name)) continue;
      const { absent } = decoders[name]!;
      if (!absent) throw new Fault('missing', undefined, name);
      found.set(name, absent());
    }
    return Object.fromEntries(found) as Struct<D>;
  };
  return (reader) => {
    const found = new Map<string, unknown>();
    switch (reader.next()) {
      case '{':
        return reader.within('}', () => {
          reader.members(
            (name) => void (names.includes(name) ? found.set(name, decoders[name]!(reader)) : reader.raw()),
            (name) => {
              if (found.has(name)) throw new Fault('repeated', undefined, name);
            },
          );
          return complete(found);
        });
      case '[':
        return reader.within(']', () => {
          reader.elements((index) => {
            if (index >= names.length) return false;
            found.set(names[index]!, decoders[names[index]!]!(reader));
            return index + 1 < names.length;
          });
          if (found.size < names.length) throw new Fault('data');
          return Object.fromEntries(found) as Struct<D>;
        });
      default:
        return reader.refuse();
    }
  };
}

/** One of some names, each with what its payload is. Without one, the name alone stands for it. */
export function choice<T extends string>(payloads: Readonly<Record<T, Decoder<any> | undefined>>): Decoder<{ tag: T; val?: any }> {
  const named = (reader: Reader): T => {
    const name = text(reader);
    if (!Object.hasOwn(payloads, name)) throw new Fault('data', reader.at);
    return name as T;
  };
  return (reader) => {
    switch (reader.next()) {
      case '"': {
        const tag = named(reader);
        if (payloads[tag]) throw new Fault('data');
        return { tag };
      }
      case '{': {
        reader.at += 1;
        if (reader.next() === '}') throw new Fault('syntax');
        const tag = named(reader);
        reader.expect(':');
        const val = (payloads[tag] ?? unit)(reader);
        reader.expect('}');
        return payloads[tag] ? { tag, val } : { tag };
      }
      default:
        throw new Fault('syntax');
    }
  };
}

/** One of some objects, told by the member `tag`, wherever it stands; the other members are those of its own form. */
export function tagged<D extends Record<string, Decoder<any>>>(
  tag: string,
  forms: D,
): Decoder<{ [K in keyof D]: { tag: K; val: D[K] extends Decoder<infer T> ? T : never } }[keyof D]> {
  const tagOf = (reader: Reader): string => {
    const found = text(reader);
    if (!Object.hasOwn(forms, found)) throw new Fault('data', reader.at);
    return found;
  };
  return (reader) => {
    const open = reader.next();
    if (open !== '{' && open !== '[') return reader.refuse();
    let found: string | undefined;
    const parts: string[] = [];
    reader.within(open === '{' ? '}' : ']', () => {
      if (open === '{') {
        reader.members(
          (member) => {
            if (member === tag) found = tagOf(reader);
            else parts.push(`${JSON.stringify(member)}:${value(reader)}`);
          },
          (member) => {
            if (member === tag && found !== undefined) throw new Fault('repeated', undefined, tag);
          },
        );
      } else {
        // Of an array the first element is the tag.
        reader.elements((index) => void (index ? parts.push(value(reader)) : (found = tagOf(reader))));
      }
      if (found === undefined) throw new Fault('missing', undefined, tag);
    });
    try {
      return { tag: found, val: read(`${open}${parts.join(',')}${open === '{' ? '}' : ']'}`, forms[found!]!) } as never;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      // The place in what was kept says nothing; neither does its syntax, which was right.
      throw new Fault(fault.kind === 'syntax' ? 'data' : fault.kind, undefined, fault.member);
    }
  };
}

const unit: Decoder<undefined> = (reader) => (reader.next() === 'n' ? void reader.word() : reader.refuse());

/** One of some names. */
export function name<T extends string>(names: readonly T[]): Decoder<T> {
  const decoder = choice(Object.fromEntries(names.map((one) => [one, undefined])) as Record<T, undefined>);
  return (reader) => decoder(reader).tag;
}

/** Any value that is kept and looked at later: its text. Half a surrogate pair, a number out of range and deep nesting are faults. */
export const value: Decoder<string> = (reader) => {
  const from = (reader.next(), reader.at);
  keep(reader, 0);
  return reader.text.slice(from, reader.at);
};

function keep(reader: Reader, depth: number): void {
  const character = reader.next();
  if (depth > DEEPEST) throw new Fault('syntax');
  if (character === '"') reader.string();
  else if (/[-0-9]/.test(character)) inRange(reader.rawNumber());
  else if (character === '{') reader.within('}', () => reader.members(() => keep(reader, depth + 1)));
  else if (character === '[') reader.within(']', () => reader.elements(() => keep(reader, depth + 1)));
  else reader.word();
}

/** The first of some forms that a value has. */
export function either<T>(...forms: ((json: string) => T | undefined)[]): Decoder<T> {
  return mapped(value, (json) => {
    for (const form of forms) {
      const found = form(json);
      if (found !== undefined) return found;
    }
    return undefined;
  });
}

/** Reads a text if it has the form, else nothing. */
export function attempt<T>(json: string, decoder: Decoder<T>): T | undefined {
  try {
    return read(json, decoder);
  } catch (fault) {
    if (fault instanceof Fault) return undefined;
    throw fault;
  }
}

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
