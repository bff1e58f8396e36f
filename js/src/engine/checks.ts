/**
 * What values may be handed to the component.
 *
 * They have the usual JavaScript forms: records are objects with camel-case members, `option` is the value or `undefined`, a variant
 * is `{ tag, val }`, a result inside something else `{ tag: 'ok' | 'err', val }`, an enum its name, `list<u8>` a `Uint8Array`, 64-bit
 * integers are bigints, resources are {@link Handle}s. Nothing is coerced: what has another form is refused before anything is written.
 */

import { AgentIdentityError } from '../error.js';
import { Handle } from './handle.js';
import type { Instance } from './instance.js';

/** Throws `argument-invalid` unless the value has a type. */
export type Check = (value: unknown, instance: Instance) => void;

/** A type, as far as checking goes. */
interface Checked {
  readonly check: Check;
}

/** A fault in an argument, and where in it. */
class Fault {
  readonly path: (string | number)[] = [];

  constructor(readonly expected: string) {}
}

/** Throws `argument-invalid` unless the arguments fit. */
export function checkArguments(names: readonly string[], types: readonly Checked[], values: readonly unknown[], instance: Instance): void {
  types.forEach((type, index) => within(names[index] ?? index, () => type.check(values[index], instance), true));
}

function within(step: string | number, check: () => void, outermost = false): void {
  try {
    check();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    fault.path.unshift(step);
    if (!outermost) throw fault;
    const where = fault.path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index ? `.${part}` : part)).join('');
    throw new AgentIdentityError('argument-invalid', 'fix-config', `${where} must be ${fault.expected}`);
  }
}

function refuse(expected: string): never {
  throw new Fault(expected);
}

export function integer(bits: 8 | 16 | 32): Check {
  const most = 2 ** bits - 1;
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) refuse(`an integer from 0 to ${most}`);
  };
}

export function big(least: bigint, most: bigint): Check {
  return (value) => {
    if (typeof value !== 'bigint' || value < least || value > most) refuse(`a bigint from ${least} to ${most}`);
  };
}

export const s64 = /* @__PURE__ */ big(-(2n ** 63n), 2n ** 63n - 1n);
export const u64 = /* @__PURE__ */ big(0n, 2n ** 64n - 1n);

export const bool: Check = (value) => {
  if (typeof value !== 'boolean') refuse('a boolean');
};

const LONE_SURROGATE = /\p{Surrogate}/u;

export const string: Check = (value) => {
  if (typeof value !== 'string') refuse('a string');
  // Encoding would replace it, and another text would be signed.
  if (LONE_SURROGATE.test(value as string)) refuse('well-formed Unicode, without lone surrogates');
};

/** `list<u8>`. */
export const bytes: Check = (value) => {
  if (!isBytes(value)) refuse('a Uint8Array');
};

/** Whether a value is a `Uint8Array`, of whatever realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
}

export function list(of: Checked): Check {
  return (value, instance) => {
    if (!Array.isArray(value)) refuse('an array');
    for (let index = 0; index < (value as unknown[]).length; index += 1) {
      within(index, () => of.check((value as unknown[])[index], instance));
    }
  };
}

export function record(names: readonly string[], types: readonly Checked[]): Check {
  return (value, instance) => {
    if (typeof value !== 'object' || value === null) refuse('an object');
    names.forEach((name, index) => within(name, () => types[index]!.check((value as Record<string, unknown>)[name], instance)));
  };
}

export function tuple(types: readonly Checked[]): Check {
  return (value, instance) => {
    if (!Array.isArray(value) || value.length !== types.length) refuse(`an array of ${types.length}`);
    types.forEach((type, index) => within(index, () => type.check((value as unknown[])[index], instance)));
  };
}

export function option(of: Checked): Check {
  return (value, instance) => {
    if (value !== undefined) of.check(value, instance);
  };
}

export function enumeration(names: readonly string[]): Check {
  return (value) => {
    if (!names.includes(value as string)) refuse(`one of ${names.join(', ')}`);
  };
}

export function variant(names: readonly string[], payloads: readonly (Checked | undefined)[]): Check {
  return (value, instance) => {
    const { tag, val } = (value ?? {}) as { tag?: unknown; val?: unknown };
    const index = names.indexOf(tag as string);
    if (index < 0) refuse(`an object whose tag is one of ${names.join(', ')}`);
    within('val', () => (payloads[index] ? payloads[index].check(val, instance) : val === undefined || refuse('absent')));
  };
}

/** A handle that is lent for a call, to the instance that it is of. */
export function borrow(kind: string): Check {
  return (value, instance) => {
    if (!(value instanceof Handle) || value.kind !== kind) refuse(`a ${kind}`);
    (value as Handle).use();
    if ((value as Handle).instance !== instance) refuse(`a ${kind} of the same component`);
  };
}
