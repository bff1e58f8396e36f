import type { Guest } from './engine/engine.js';
import { AgentIdentityError } from './error.js';
import type { Assertion, Prepared } from './generated/types.js';
import type { Key } from './key.js';
import { handleOf } from './resource.js';

export type { Assertion, Prepared };

/**
 * `AgentAssertion` headers. An assertion is built anew for every HTTP attempt and never cached.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Assertion, Key } = await load();
 * const key = Key.generate();
 * const headers = { authorization: Assertion.authorize(key, 'agent-123', 'task-123') };
 * ```
 */
export class Assertions {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /**
   * The value of an `Authorization` header, `AgentAssertion <token>`, for the clock's present second shifted by `clockOffsetMs`. The key
   * must be held in the component. Errors: `runtime-id-invalid`, `task-id-invalid`, `clock-out-of-range`, `auth-material-missing`.
   */
  authorize(key: Key, agentRuntimeId: string, taskId: string, clockOffsetMs = 0): string {
    return this.#guest.assertions.authorize(handleOf(key), agentRuntimeId, taskId, whole('clockOffsetMs', clockOffsetMs));
  }

  /** As {@link authorize} for a given second, `YYYY-MM-DDThh:mm:ssZ`. Errors: also `timestamp-invalid`. */
  authorizeAt(key: Key, agentRuntimeId: string, taskId: string, timestamp: string): string {
    return this.#guest.assertions.authorizeAt(handleOf(key), agentRuntimeId, taskId, timestamp);
  }

  /** The text a custodian has to sign, for the clock's present second shifted by `clockOffsetMs`. */
  prepare(agentRuntimeId: string, taskId: string, clockOffsetMs = 0): Prepared {
    return this.#guest.assertions.prepare(agentRuntimeId, taskId, whole('clockOffsetMs', clockOffsetMs));
  }

  /** As {@link prepare} for a given second. */
  prepareAt(agentRuntimeId: string, taskId: string, timestamp: string): Prepared {
    return this.#guest.assertions.prepareAt(agentRuntimeId, taskId, timestamp);
  }

  /**
   * The header value from the custodian's 64-byte signature, which is verified strictly as the key's `check` says.
   * Errors: `signature-invalid` when it is not a signature of that key over that text; the header is not built.
   */
  assemble(key: Key, agentRuntimeId: string, taskId: string, timestamp: string, signature: Uint8Array): string {
    return this.#guest.assertions.assemble(handleOf(key), agentRuntimeId, taskId, timestamp, signature);
  }

  /**
   * Reads a header value. Nothing is verified yet. Errors: `assertion-missing`, `assertion-too-long`, `assertion-malformed`,
   * `runtime-id-invalid`, `task-id-invalid`, `timestamp-invalid`.
   */
  parse(header: string): Assertion {
    return this.#guest.assertions.parse(header);
  }
}

/** @internal A whole number as the component takes it. */
export function whole(name: string, value: number): bigint {
  if (Number.isSafeInteger(value)) return BigInt(value);
  throw new AgentIdentityError('argument-invalid', 'fix-config', `${name} must be a whole number`);
}
