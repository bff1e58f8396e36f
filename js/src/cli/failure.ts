/** How commands fail: what happened, what to do, and the exit code. */

import { type Advice, AgentIdentityError } from '../error.js';
import { HostError } from '../host.js';
import { nextStep } from './next-step.js';
import { type Output, paint } from './output.js';

/** Exit codes; `docs/cli.md` lists them. */
export const EXIT = { success: 0, failed: 1, usage: 2, config: 3, backOff: 4, clock: 5, afterRegister: 6, internal: 70 } as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

const OF_ADVICE: Record<Advice, Exit> = {
  never: EXIT.failed,
  'after-register': EXIT.afterRegister,
  'back-off': EXIT.backOff,
  'fix-clock': EXIT.clock,
  'fix-config': EXIT.config,
};

/** A failure as the user sees it. */
export class Failure extends Error {
  constructor(
    /** Nothing when everything that can be said has been said. */
    readonly error: AgentIdentityError | undefined,
    /** A better next step than the general one of the code. */
    readonly next: string | undefined,
    readonly exit: Exit,
  ) {
    super(error?.message);
  }

  /** Wrong usage that the reader of arguments cannot see. */
  static usage(message: string, next: string): Failure {
    return new Failure(new AgentIdentityError('usage', 'fix-config', message), next, EXIT.usage);
  }

  /** Configuration that does not fit, with the step that helps here. */
  static config(message: string, next: string): Failure {
    return Failure.of(new AgentIdentityError('config-invalid', 'fix-config', message), next);
  }

  /** Ends the program without another word: the command has told everything. */
  static told(exit: Exit): Failure {
    return new Failure(undefined, undefined, exit);
  }

  /** Whatever was thrown. */
  static of(error: unknown, next?: string): Failure {
    if (error instanceof Failure) return error;
    const known = knownOf(error);
    return new Failure(known, next, known.code === 'internal' ? EXIT.internal : OF_ADVICE[known.advice]);
  }

  /** With another exit code. */
  withExit(exit: Exit): Failure {
    return new Failure(this.error, this.next, exit);
  }

  /** What happened, and what to do. */
  get texts(): readonly [finding: string, next: string] {
    const { error } = this;
    return [error ? `${error.code}: ${error.message}` : '', this.next ?? (error ? nextStep(error) : '')];
  }

  /** Tells the user and gives the exit code. */
  report(output: Output): Exit {
    const { error } = this;
    if (!error) return this.exit;
    const next = this.next ?? nextStep(error);
    if (output.isJson) output.json({ error: described(error, next) });
    else {
      output.tell(`${paint.error(`error[${error.code}]`)}: ${error.message}${circumstances(error)}`);
      output.tell(`  ${paint.next('next:')} ${next}`);
    }
    return this.exit;
  }
}

function knownOf(error: unknown): AgentIdentityError {
  if (error instanceof AgentIdentityError) return error;
  if (error instanceof HostError) {
    const isReading = error.failure === 'unreadable';
    return new AgentIdentityError(isReading ? 'store-read-failed' : 'store-write-failed', isReading ? 'fix-config' : 'back-off', error.message);
  }
  return new AgentIdentityError('internal', 'never', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

/** The members of an error in JSON. */
function described(error: AgentIdentityError, next: string): Record<string, unknown> {
  const { code, advice, message, status, attempts, retryAfterS, cause, fromCooldown } = error;
  const optional = {
    status,
    attempts,
    retry_after_s: retryAfterS,
    cause: typeof cause === 'string' ? cause : undefined,
    from_cooldown: fromCooldown || undefined,
  };
  return { code, advice, message, next, ...optional };
}

function circumstances({ status, attempts, cause }: AgentIdentityError): string {
  const known = [
    status === undefined ? [] : [`HTTP ${status}`],
    attempts !== undefined && attempts > 1 ? [`${attempts} attempts`] : [],
    typeof cause === 'string' ? [`cause: ${cause}`] : [],
  ].flat();
  return known.length ? ` (${known.join(', ')})` : '';
}
