/** Decoders of records, enums and variants, as the Rust drivers' attributes have them. */

import { Fault, type Reader } from './reader.js';
import { type Decoder, read, text, value } from './values.js';

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

/** One of some names. */
export function name<T extends string>(names: readonly T[]): Decoder<T> {
  const decoder = choice(Object.fromEntries(names.map((one) => [one, undefined])) as Record<T, undefined>);
  return (reader) => decoder(reader).tag;
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
