import type { Advice, ErrorInfo } from './generated/types.js';

export type { Advice };

/** What is known about a failure beside its code, advice and message. */
export interface ErrorDetails {
  /** HTTP status, when an answer caused the error. */
  readonly status?: number | undefined;
  /** Attempts made before giving up. */
  readonly attempts?: number | undefined;
  /** Seconds the server asked to wait. */
  readonly retryAfterS?: number | undefined;
  /** Code or short word naming what is underneath; or the value that was thrown there. */
  readonly cause?: unknown;
  /** Whether a bootstrap cooldown answered instead of the network. */
  readonly fromCooldown?: boolean | undefined;
}

/**
 * A failure with a stable code, what happened, and what to do. It never holds a secret.
 *
 * Beside the codes of the component (`component.catalogue()`) there are these of the package: `argument-invalid` (an argument
 * is not of its type), `disposed` (an object is used after it was disposed of), `component-unsupported` (what was loaded is not the
 * component of this version). Where a signal is aborted, its own reason is thrown.
 *
 * @example
 * ```js
 * import { AgentIdentityError, load } from 'agent-identity';
 *
 * const { TaskRef } = await load();
 * try {
 *   TaskRef.normalize({ kind: 'thread' });
 * } catch (error) {
 *   if (!(error instanceof AgentIdentityError)) throw error;
 *   console.log(error.code, error.advice, error.message);
 * }
 * ```
 */
export class AgentIdentityError extends Error {
  static {
    this.prototype.name = 'AgentIdentityError';
  }

  /** Stable kebab-case code. */
  readonly code: string;
  /** What to do. */
  readonly advice: Advice;
  /** HTTP status, when an answer caused the error. */
  readonly status: number | undefined;
  /** Attempts made before giving up. */
  readonly attempts: number | undefined;
  /** Seconds the server asked to wait. */
  readonly retryAfterS: number | undefined;
  /** Whether a bootstrap cooldown answered instead of the network. */
  readonly fromCooldown: boolean;
  /** Code or short word naming what is underneath; or the value that was thrown there. */
  declare readonly cause: unknown;

  constructor(code: string, advice: Advice, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.advice = advice;
    this.status = details.status;
    this.attempts = details.attempts;
    this.retryAfterS = details.retryAfterS;
    this.fromCooldown = details.fromCooldown ?? false;
  }
}

/**
 * Whether a value is an error of this package with this code.
 *
 * @example
 * ```js
 * import { hasCode, load } from 'agent-identity';
 *
 * const { Assertion } = await load();
 * try {
 *   Assertion.parse('Bearer abc');
 * } catch (error) {
 *   console.log(hasCode(error, 'assertion-missing')); // true
 * }
 * ```
 */
export function hasCode(error: unknown, code: string): error is AgentIdentityError {
  return error instanceof AgentIdentityError && error.code === code;
}

/** @internal An error as the component describes it. Seconds beyond what a number can hold are nothing anybody waits for. */
export function errorOf(info: ErrorInfo): AgentIdentityError {
  const { code, advice, message, retryAfterS, ...details } = info;
  return new AgentIdentityError(code, advice, message, {
    ...details,
    retryAfterS: retryAfterS === undefined ? undefined : Number(retryAfterS),
  });
}

/** @internal */
export function configInvalid(message: string): AgentIdentityError {
  return new AgentIdentityError('config-invalid', 'fix-config', message);
}

/** @internal */
export function internal(message: string, cause?: unknown): AgentIdentityError {
  return new AgentIdentityError('internal', 'never', message, { cause });
}

/** @internal */
export function unsupported(why: string, cause?: unknown): AgentIdentityError {
  const message = `this is not the component of this version of the package: ${why}; load the one that came with it`;
  return new AgentIdentityError('component-unsupported', 'fix-config', message, { cause });
}

/** @internal */
export function cancelled(message: string, cause?: unknown): AgentIdentityError {
  return new AgentIdentityError('cancelled', 'back-off', message, { cause });
}
