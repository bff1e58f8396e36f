/** What cases say must hold. Nothing of a platform's test tools: the same lines run everywhere. */

import type { AgentIdentityError } from '../src/error.js';

export function that(holds: unknown, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** Equal in depth, as JSON is; bytes by their content. */
export function equal(found: unknown, expected: unknown, message = 'not equal'): void {
  if (!isEqual(found, expected)) throw new Error(`${message}: expected ${shown(expected)}, found ${shown(found)}`);
}

export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  const isSame = (name: string) => name in other && isEqual((one as Members)[name], (other as Members)[name]);
  return names.length === Object.keys(other).length && names.every(isSame);
}

type Members = Record<string, unknown>;

/** What a call is refused with: an error of the package, whichever way it is thrown, with this code. */
export async function refused(code: string, call: () => unknown): Promise<AgentIdentityError> {
  const error = await thrown(call);
  const { name, code: found, advice, message } = error as AgentIdentityError;
  that(name === 'AgentIdentityError', `expected ${code}, found ${String(error)}`);
  equal(found, code, message);
  that(['never', 'after-register', 'back-off', 'fix-clock', 'fix-config'].includes(advice), `${code} has the advice ${advice}`);
  that(message.length > 0, `${code} has no message`);
  return error as AgentIdentityError;
}

/** What a call throws or rejects with. */
export async function thrown(call: () => unknown): Promise<unknown> {
  let value: unknown;
  try {
    value = await call();
  } catch (error) {
    return error;
  }
  throw new Error(`expected an error, found ${shown(value)}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? String(value);
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
