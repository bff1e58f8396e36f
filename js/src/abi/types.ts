/** The types of the Canonical ABI that the component's interfaces use: how a value is checked, flattened, written and read. */

import * as checks from '../engine/checks.js';
import { Handle } from '../engine/handle.js';
import type { Memory } from './memory.js';

/** One slot of a flattened value: a 32-bit or a 64-bit integer. */
export type Slot = 'i32' | 'i64';

/** How values of one type cross the boundary. */
export interface Type {
  /** Bytes in memory. */
  readonly size: number;
  /** Alignment in memory, bytes. */
  readonly align: number;
  /** Slots when passed by value. */
  readonly flat: readonly Slot[];
  /** Throws `argument-invalid` unless the value has this type. */
  readonly check: checks.Check;
  /** Appends the slots of a checked value. */
  lower(value: any, memory: Memory, slots: (number | bigint)[]): void;
  /** Writes a checked value. */
  store(value: any, memory: Memory, at: number): void;
  /** Reads a value. */
  load(memory: Memory, at: number): any;
  /** Reads a value that came back in its only slot. */
  lift?(slot: any, memory: Memory): any;
}

const aligned = (at: number, align: number): number => Math.ceil(at / align) * align;

function primitive(
  size: number,
  slot: Slot,
  check: checks.Check,
  put: (view: DataView, at: number, value: any) => void,
  get: (view: DataView, at: number) => any,
  lift: (slot: any) => any = (value) => value,
): Type {
  const toSlot = (value: any) => (typeof value === 'boolean' ? Number(value) : value);
  return {
    size,
    align: size,
    flat: [slot],
    check,
    lower: (value, _, slots) => slots.push(toSlot(value)),
    store: (value, memory, at) => put(memory.view, at, toSlot(value)),
    load: (memory, at) => get(memory.view, at),
    lift,
  };
}

function integer(bits: 8 | 16 | 32): Type {
  return primitive(
    bits / 8,
    'i32',
    checks.integer(bits),
    (view, at, value) => view[`setUint${bits}`](at, value, true),
    (view, at) => view[`getUint${bits}`](at, true),
    (slot) => slot >>> 0,
  );
}

function big(check: checks.Check, signed: boolean): Type {
  return primitive(
    8,
    'i64',
    check,
    (view, at, value) => view.setBigInt64(at, value, true),
    (view, at) => (signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true)),
    (slot) => (signed ? slot : BigInt.asUintN(64, slot)),
  );
}

export const u8 = integer(8);
export const u16 = integer(16);
export const u32 = integer(32);
export const s64 = big(checks.s64, true);
export const u64 = big(checks.u64, false);

export const bool = primitive(
  1,
  'i32',
  checks.bool,
  (view, at, value) => view.setUint8(at, value),
  (view, at) => view.getUint8(at) !== 0,
  (slot) => slot !== 0,
);

/** Something that lies elsewhere in memory: pointer and length. */
function indirect(
  check: checks.Check,
  write: (value: any, memory: Memory) => readonly [at: number, length: number],
  read: (memory: Memory, at: number, length: number) => any,
): Type {
  return {
    size: 8,
    align: 4,
    flat: ['i32', 'i32'],
    check,
    lower: (value, memory, slots) => slots.push(...write(value, memory)),
    store: (value, memory, at) => {
      const [pointer, length] = write(value, memory);
      memory.view.setUint32(at, pointer, true);
      memory.view.setUint32(at + 4, length, true);
    },
    load: (memory, at) => read(memory, memory.view.getUint32(at, true), memory.view.getUint32(at + 4, true)),
  };
}

export const string = indirect(
  checks.string,
  (value, memory) => memory.writeText(value),
  (memory, at, length) => memory.readText(at, length),
);

/** `list<u8>`. */
export const bytes = indirect(
  checks.bytes,
  (value, memory) => memory.writeBytes(value),
  (memory, at, length) => memory.readBytes(at, length),
);

export function list(of: Type): Type {
  return indirect(
    checks.list(of),
    (value: unknown[], memory) => {
      const at = memory.allocate(of.size * value.length, of.align);
      value.forEach((one, index) => of.store(one, memory, at + index * of.size));
      return [at, value.length];
    },
    (memory, at, length) => Array.from({ length }, (_, index) => of.load(memory, at + index * of.size)),
  );
}

/** Members one after the other, however they are kept in the value. */
function sequence(
  types: readonly Type[],
  check: checks.Check,
  take: (value: any, index: number) => unknown,
  make: (members: unknown[]) => unknown,
): Type {
  const align = Math.max(1, ...types.map((type) => type.align));
  let end = 0;
  const offsets = types.map((type) => {
    const at = aligned(end, type.align);
    end = at + type.size;
    return at;
  });
  return {
    size: aligned(end, align),
    align,
    flat: types.flatMap((type) => type.flat),
    check,
    lower: (value, memory, slots) => types.forEach((type, index) => type.lower(take(value, index), memory, slots)),
    store: (value, memory, at) => types.forEach((type, index) => type.store(take(value, index), memory, at + offsets[index]!)),
    load: (memory, at) => make(types.map((type, index) => type.load(memory, at + offsets[index]!))),
  };
}

export function record(members: Readonly<Record<string, Type>>): Type {
  const names = Object.keys(members);
  const types = Object.values(members);
  return sequence(
    types,
    checks.record(names, types),
    (value, index) => value[names[index]!],
    (loaded) => Object.fromEntries(loaded.map((member, index) => [names[index], member])),
  );
}

export function tuple(types: readonly Type[]): Type {
  return sequence(
    types,
    checks.tuple(types),
    (value, index) => value[index],
    (loaded) => loaded,
  );
}

/** One of several cases; `caseOf` finds the case and its payload in a value, `make` makes the value. */
function cases(
  payloads: readonly (Type | undefined)[],
  check: checks.Check,
  caseOf: (value: any) => readonly [index: number, payload?: unknown],
  make: (index: number, payload: any) => unknown,
): Type {
  const present = payloads.filter((type) => type !== undefined);
  const align = Math.max(1, ...present.map((type) => type.align));
  const joined: Slot[] = [];
  for (const type of present) {
    type.flat.forEach((slot, index) => (joined[index] = joined[index] === 'i64' ? 'i64' : slot));
  }
  return {
    size: aligned(align + Math.max(0, ...present.map((type) => type.size)), align),
    align,
    flat: ['i32', ...joined],
    check,
    lower: (value, memory, slots) => {
      const [index, payload] = caseOf(value);
      slots.push(index);
      const from = slots.length;
      payloads[index]?.lower(payload, memory, slots);
      joined.forEach((slot, place) => {
        const given = slots[from + place] ?? 0;
        slots[from + place] = slot === 'i64' ? BigInt(given) : given;
      });
    },
    store: (value, memory, at) => {
      const [index, payload] = caseOf(value);
      memory.view.setUint8(at, index);
      payloads[index]?.store(payload, memory, at + align);
    },
    load: (memory, at) => {
      const index = memory.view.getUint8(at);
      return make(index, payloads[index]?.load(memory, at + align));
    },
    lift: (slot) => make(slot, undefined),
  };
}

export function option(of: Type): Type {
  return cases(
    [undefined, of],
    checks.option(of),
    (value) => (value === undefined ? [0] : [1, value]),
    (_, payload) => payload,
  );
}

export function enumeration(names: readonly string[]): Type {
  return cases(
    names.map(() => undefined),
    checks.enumeration(names),
    (value) => [names.indexOf(value)],
    (index) => names[index],
  );
}

export function variant(members: Readonly<Record<string, Type | undefined>>): Type {
  const names = Object.keys(members);
  const payloads = Object.values(members);
  return cases(
    payloads,
    checks.variant(names, payloads),
    (value) => [names.indexOf(value.tag), value.val],
    (index, payload) => (payloads[index] ? { tag: names[index], val: payload } : { tag: names[index] }),
  );
}

export function result(ok: Type | undefined, err: Type | undefined): Type {
  return variant({ ok, err });
}

/** A handle that is lent for a call. The component takes its own representation. */
export function borrow(kind: string): Type {
  return {
    ...u32,
    check: checks.borrow(kind),
    lower: (value: Handle, _, slots) => slots.push(value.use()),
    store: (value: Handle, memory, at) => memory.view.setUint32(at, value.use(), true),
  };
}

/** A handle that the component gives away. */
export function own(kind: string): Type {
  return {
    ...u32,
    load: (memory, at) => new Handle(memory.instance, kind, memory.view.getUint32(at, true)),
    lift: (slot, memory) => new Handle(memory.instance, kind, slot >>> 0),
  };
}
