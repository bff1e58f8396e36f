/** The types of the interfaces: how a value is checked, written and read. */

import * as checks from '../engine/checks.js';
import { Handle } from '../engine/handle.js';
import type { Instance } from '../engine/instance.js';
import type { Reader, Writer } from './bytes.js';

/** How values of one type cross. */
export interface Type {
  /** Throws `argument-invalid` unless the value has this type. */
  readonly check: checks.Check;
  /** Writes a checked value. */
  write(value: any, to: Writer): void;
  /** Reads a value. */
  read(from: Reader, instance: Instance): any;
}

const integer = (bits: 16 | 32): Type => {
  const size = bits / 8;
  return { check: checks.integer(bits), write: (value, to) => to.number(size, value), read: (from) => from.number(size) };
};

const big = (check: checks.Check, signed: boolean): Type => ({
  check,
  write: (value, to) => to.big(value),
  read: (from) => from.big(signed),
});

export const u16 = /* @__PURE__ */ integer(16);
export const u32 = /* @__PURE__ */ integer(32);
export const u64 = /* @__PURE__ */ big(checks.u64, false);
export const s64 = /* @__PURE__ */ big(checks.s64, true);

export const bool: Type = {
  check: checks.bool,
  write: (value, to) => to.number(1, Number(value)),
  read: (from) => from.number(1) !== 0,
};

export const string: Type = { check: checks.string, write: (value, to) => to.text(value), read: (from) => from.text() };

/** `list<u8>`. */
export const bytes: Type = { check: checks.bytes, write: (value, to) => to.bytesOf(value), read: (from) => from.part().slice() };

export function list(of: Type): Type {
  return {
    check: checks.list(of),
    write: (value: unknown[], to) => {
      to.number(4, value.length);
      for (const one of value) of.write(one, to);
    },
    read: (from, instance) => Array.from({ length: from.number(4) }, () => of.read(from, instance)),
  };
}

export function record(members: Readonly<Record<string, Type>>): Type {
  const names = Object.keys(members);
  const types = Object.values(members);
  return {
    check: checks.record(names, types),
    write: (value, to) => types.forEach((type, index) => type.write(value[names[index]!], to)),
    read: (from, instance) => Object.fromEntries(types.map((type, index) => [names[index], type.read(from, instance)])),
  };
}

export function tuple(types: readonly Type[]): Type {
  return {
    check: checks.tuple(types),
    write: (value, to) => types.forEach((type, index) => type.write(value[index], to)),
    read: (from, instance) => types.map((type) => type.read(from, instance)),
  };
}

export function option(of: Type): Type {
  return {
    check: checks.option(of),
    write: (value, to) => {
      to.number(1, value === undefined ? 0 : 1);
      if (value !== undefined) of.write(value, to);
    },
    read: (from, instance) => (from.number(1) ? of.read(from, instance) : undefined),
  };
}

export function enumeration(names: readonly string[]): Type {
  return {
    check: checks.enumeration(names),
    write: (value, to) => to.number(1, names.indexOf(value)),
    read: (from) => names[from.number(1)],
  };
}

export function variant(members: Readonly<Record<string, Type | undefined>>): Type {
  const names = Object.keys(members);
  const payloads = Object.values(members);
  return {
    check: checks.variant(names, payloads),
    write: ({ tag, val }, to) => {
      const index = names.indexOf(tag);
      to.number(1, index);
      payloads[index]?.write(val, to);
    },
    read: (from, instance) => {
      const index = from.number(1);
      const [tag, payload] = [names[index], payloads[index]];
      return payload ? { tag, val: payload.read(from, instance) } : { tag };
    },
  };
}

export function result(ok: Type | undefined, err: Type | undefined): Type {
  return variant({ ok, err });
}

/** A handle that is lent for a call. */
export function borrow(kind: string): Type {
  return { ...u32, check: checks.borrow(kind), write: (value: Handle, to) => to.number(4, value.use()) };
}

/** A handle that is given away. */
export function own(kind: string): Type {
  return { ...u32, read: (from, instance) => new Handle(instance, kind, from.number(4)) };
}
