import type { Guest } from './engine/engine.js';
import type { Accepted as Verified, Policy, ReplayMode, TaskState } from './generated/types.js';
import { whole } from './assertion.js';
import type { VerifyingKey } from './key.js';
import { HANDLE, Resource, handleOf } from './resource.js';

export type { Policy, ReplayMode, TaskState };

/** What the verifier knows beside the assertion. */
export interface VerifierFacts {
  /** Whether the agent was revoked. Default: no. */
  readonly revoked?: boolean | undefined;
  /** Account the agent is registered under. */
  readonly registeredAccount?: string | undefined;
  /** Value of `ChatGPT-Account-ID`, if sent. */
  readonly sentAccount?: string | undefined;
  /** The task. Default: `unchecked`. */
  readonly task?: TaskState | undefined;
  /** Mark of the replay window: timestamps up to it are expired. Unix seconds. */
  readonly markS?: number | undefined;
}

/** What an accepted assertion or registration leaves for replay protection. */
export interface Accepted {
  /** SHA-256 over public key and signed bytes; 32 bytes. */
  readonly replayKey: Uint8Array;
  /** Unix seconds of its timestamp. */
  readonly timestampS: number;
  /** The last millisecond at which it could still be accepted. */
  readonly retainUntilMs: number;
}

/** The acceptance window that is usual: 300 s back, 10 s ahead. */
export const USUAL_POLICY: Policy = { maxAgeS: 300, aheadS: 10 };

/**
 * Strict verification. Every refusal is an error whose code is the verdict.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Assertion, Key, ReplayWindow, Verifier, VerifyingKey } = await load();
 * const key = Key.generate();
 * const agent = VerifyingKey.import('raw', key.public().raw);
 * const replays = ReplayWindow.open({ mode: { tag: 'strict' } });
 * const accepted = Verifier.verifyAssertion(Assertion.authorize(key, 'agent-123', 'task-123'), agent, { markS: replays.mark() });
 * replays.admit(accepted.replayKey, accepted.timestampS);
 * ```
 */
export class Verifier {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /**
   * Verifies the value of an `Authorization` header at the clock's present time. `agent` is `undefined` when the agent is not registered.
   * Errors: the verdicts of V1 to V10, `config-invalid`.
   */
  verifyAssertion(header: string, agent: VerifyingKey | undefined, facts: VerifierFacts = {}, policy: Policy = USUAL_POLICY): Accepted {
    return acceptedOf(this.#guest.verification.verifyAssertion(header, agent && handleOf(agent), factsOf(facts), policy));
  }

  /** Verifies a task registration alike. */
  verifyRegistration(
    path: string,
    body: Uint8Array,
    agent: VerifyingKey | undefined,
    facts: VerifierFacts = {},
    policy: Policy = USUAL_POLICY,
  ): Accepted {
    return acceptedOf(this.#guest.verification.verifyRegistration(path, body, agent && handleOf(agent), factsOf(facts), policy));
  }

  /** The strict rule on its own: whether `signature` is one over `message`. A key that is not canonical gives `false`. */
  verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    return this.#guest.verification.verifySignature(publicKey, message, signature);
  }
}

/** Shape of a replay window. */
export interface ReplayOptions {
  /** How often one assertion may be accepted. Default: at most 32 times. */
  readonly mode?: ReplayMode | undefined;
  /** The acceptance window in force. Default: 300 s back, 10 s ahead. */
  readonly policy?: Policy | undefined;
  /** Most entries held. A full window refuses and never forgets a live entry. Default: 1000000. */
  readonly capacity?: number | undefined;
  /**
   * Whether earlier entries may be lost, as after a restart: what could have been accepted before is refused until it has expired.
   * Default: nothing was ever accepted.
   */
  readonly isLost?: boolean | undefined;
}

/**
 * Remembers what was accepted for exactly as long as it could be accepted again.
 *
 * @example
 * ```js
 * import { hasCode, load } from 'agent-identity';
 *
 * const { ReplayWindow } = await load();
 * const replays = ReplayWindow.open({ mode: { tag: 'strict' } });
 * const replayKey = new Uint8Array(32); // of what Verifier accepted
 * const timestampS = Math.floor(Date.now() / 1000);
 * replays.admit(replayKey, timestampS);
 * try {
 *   replays.admit(replayKey, timestampS);
 * } catch (error) {
 *   console.log(hasCode(error, 'assertion-replayed')); // true
 * }
 * ```
 */
export class ReplayWindow extends Resource {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest, handle: ConstructorParameters<typeof Resource>[0]) {
    super(handle);
    this.#guest = guest;
  }

  /**
   * Counts an accepted assertion, at the clock's present time, and returns how often it was accepted by now. Errors:
   * `assertion-replayed`, `replay-store-unavailable`, `assertion-expired`.
   */
  admit(replayKey: Uint8Array, timestampS: number): number {
    return this.#guest.verification.replayWindow.admit(this[HANDLE], replayKey, whole('timestampS', timestampS));
  }

  /** Greatest timestamp ever removed, Unix seconds. */
  mark(): number | undefined {
    const mark = this.#guest.verification.replayWindow.mark(this[HANDLE]);
    return mark === undefined ? undefined : Number(mark);
  }

  /** Number of entries held. */
  get size(): number {
    return this.#guest.verification.replayWindow.len(this[HANDLE]);
  }
}

/**
 * Opens replay windows.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { ReplayWindow } = await load();
 * const replays = ReplayWindow.open({ mode: { tag: 'cap', val: 32 }, capacity: 100_000 });
 * console.log(replays.size); // 0
 * ```
 */
export class ReplayWindows {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** Errors: `config-invalid`. */
  open({ mode = { tag: 'cap', val: 32 }, policy = USUAL_POLICY, capacity = 1_000_000, isLost = false }: ReplayOptions = {}): ReplayWindow {
    const start = { tag: isLost ? 'lost' : 'new' } as const;
    return new ReplayWindow(this.#guest, this.#guest.verification.replayWindow.open({ mode, policy, capacity }, start));
  }
}

function factsOf({ revoked = false, task = 'unchecked', markS, ...facts }: VerifierFacts) {
  return { ...facts, revoked, task, markS: markS === undefined ? undefined : whole('markS', markS) };
}

function acceptedOf({ replayKey, timestampS, retainUntilMs }: Verified): Accepted {
  return { replayKey, timestampS: Number(timestampS), retainUntilMs: Number(retainUntilMs) };
}
