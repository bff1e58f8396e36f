/** Reads the tables of types and functions; scripts/tables.mjs describes their notation. */

import { lazily } from '../engine/instance.js';
import { type Type, bool, borrow, bytes, enumeration, list, option, own, record, result, s64, string, tuple, u16, u32, u64, variant } from './types.js';

/** A function: where it belongs, and what crosses when it is called. Its types are made when they are first needed. */
export interface Described {
  readonly interfaceName: string;
  readonly resource: string | undefined;
  readonly name: string;
  readonly signature: () => { readonly names: string[]; readonly params: Type[]; readonly result: Type | undefined };
  readonly isFallible: boolean;
}

const PRIMITIVES: Readonly<Record<string, Type>> = { s: string, undefined: string, y: bytes, b: bool, h: u16, i: u32, U: u64, I: s64 };

/** The resources, and the functions in the order of their numbers. */
export function readTables(text: string): { readonly resources: string[]; readonly functions: Described[] } {
  const [names, types, ...interfaces] = text.split('\n\n').map((block) => block.split('\n'));
  const resources = names![0]!.split(' ');
  const made: Type[] = [];

  const named = (index: number): Type => (made[index] ??= definition(types![index]!));
  const definition = (line: string): Type => {
    const parts = line.slice(1).split(' ');
    if (line[0] === '|') return enumeration(parts);
    const isVariant = line[0] === '=';
    const members: any = Object.fromEntries(parts.map((part) => pair(part, isVariant ? '_' : '')));
    return isVariant ? variant(members) : record(members);
  };
  const pair = (part: string, otherwise = ''): [name: string, type: any] => {
    const [name, type = otherwise] = part.split(':');
    return [name!, read(type)];
  };
  const read = (type: string): any => {
    let at = 0;
    const number = (): number => {
      const [digits] = /\d+/.exec(type.slice(at))!;
      at += digits.length;
      return Number(digits);
    };
    const next = (): any => {
      const letter = String(type[at]);
      at += 1;
      switch (letter) {
        case '?':
          return option(next());
        case '[':
          return list(next());
        case '(':
          return tuple([next(), next()]);
        case '!':
          return result(next(), next());
        case '#':
          return named(number());
        case '&':
          return borrow(resources[number()]!);
        case '*':
          return own(resources[number()]!);
        default:
          return PRIMITIVES[letter];
      }
    };
    return next();
  };

  const described = (interfaceName: string, line: string): Described => {
    const [, resource, name, params, mark, value] = /^(?:(\w+)\.)?(\w+) (.*)([<>])(.*)$/.exec(line)!;
    const isFallible = mark === '<';
    const signature = lazily(() => {
      const pairs = params ? params.split(' ').map((part) => pair(part)) : [];
      const type = read(value!);
      return { names: pairs.map(([one]) => one), params: pairs.map(([, one]) => one), result: isFallible ? result(type, own('error')) : type };
    });
    return { interfaceName, resource, name: name!, signature, isFallible };
  };
  return { resources, functions: interfaces.flatMap(([name, ...lines]) => lines.map((line) => described(name!, line))) };
}
