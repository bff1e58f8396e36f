/** Decoders of single values, and what makes decoders of decoders. */

import { compare, utf8 } from '../bytes.js';
import { Fault, Reader, inRange } from './reader.js';

/** Reads one value of some form. */
export interface Decoder<T> {
  (reader: Reader): T;
  /** What stands for an absent member. Without it, absence is a fault. */
  readonly absent?: () => T;
}

/** Reads a whole text. */
export function read<T>(text: string, decoder: Decoder<T>): T {
  const reader = new Reader(text);
  const value = decoder(reader);
  if (reader.next()) throw new Fault('syntax');
  return value;
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

/** Deepest nesting of arrays and objects whose values are kept. */
const DEEPEST = 127;
