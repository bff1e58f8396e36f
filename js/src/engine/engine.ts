/** What everything in this package stands on: an instance of the component, whichever way values cross into it. */

import { errorOf } from '../error.js';
import type { Guest } from '../generated/guest.js';
import type { ErrorInfo } from '../generated/types.js';
import type { Clock, Random } from '../host.js';
import type { Handle } from './handle.js';

export type { Guest };

/** What the component asks for while it runs. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
}

/** One instance. Its functions have one caller at a time. */
export interface Engine {
  /** Whether the instance can still be used. After a trap nothing in it can be trusted. */
  readonly isSound: boolean;
  /** SHA-256 of what the build made it from, lower-case hex. */
  readonly digest: string;
  /** Every function of the instance, asking these clocks and this randomness. Failures are thrown. */
  guest(environment: Environment): Guest;
}

/** Makes an instance of a module. */
export type Instantiate = (module: WebAssembly.Module) => Engine;

/** What the component says about a failure, which it can forget then. */
export function failureOf(guest: Guest, failure: Handle): Error {
  try {
    return errorOf(guest.errors.error.info(failure) as ErrorInfo);
  } finally {
    failure.drop();
  }
}
