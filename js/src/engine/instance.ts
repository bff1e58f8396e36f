import { internal, unsupported } from '../error.js';
import { type Engine, type Environment, type Guest, failureOf } from './engine.js';

/** A function of the component: its arguments are checked, its failures are thrown. */
export type Call = (...values: any[]) => any;

/** No caller needs more at once, and no browser gives more. */
export const MOST_RANDOM = 65_536;

/** What instances have in common, however values cross: one caller at a time, what a trap leaves, and the host around a call. */
export abstract class Instance implements Engine {
  #environment: Environment | undefined;
  #trap: string | undefined;

  /** Whether the instance can still be used. After a trap nothing in it can be trusted. */
  get isSound(): boolean {
    return this.#trap === undefined;
  }

  abstract readonly digest: string;

  abstract guest(environment: Environment): Guest;

  /** Drops what a handle stands for. In an instance that trapped it is gone with everything else. */
  drop(kind: string, representation: number): void {
    // A finalizer never runs while the component does: neither is interrupted.
    if (this.isSound) this.guard(() => this.end(kind, representation));
  }

  protected abstract end(kind: string, representation: number): void;

  /** Runs a call with the host that it asks. */
  protected enter<T>(environment: Environment, call: () => T): T {
    if (this.#trap !== undefined) throw internal(`this instance of the component has trapped (${this.#trap}); load the component anew`);
    if (this.#environment) throw internal('a clock or a random source called the component that asked it');
    this.#environment = environment;
    try {
      return call();
    } finally {
      this.#environment = undefined;
    }
  }

  /** A trap is `internal` and spoils the instance. */
  protected guard<T>(call: () => T): T {
    try {
      return call();
    } catch (trap) {
      this.#trap = trap instanceof Error ? trap.message : 'unknown';
      throw internal(`the component trapped: ${this.#trap}`, trap);
    }
  }

  protected now(): bigint {
    return milliseconds(this.#environment!.clock.now());
  }

  protected monotonic(): bigint {
    return milliseconds(this.#environment!.clock.monotonic());
  }

  /** Fills bytes from the random source; `false` if it fails. */
  protected fill(bytes: Uint8Array): boolean {
    if (bytes.length > MOST_RANDOM) return false;
    try {
      this.#environment!.random.fill(bytes);
      return true;
    } catch {
      return false;
    }
  }
}

/** Functions whose result is a value or an error: the one is returned, the other thrown. */
export function orThrow(guest: () => Guest, call: Call): Call {
  return (...values) => {
    const { tag, val } = call(...values);
    if (tag === 'err') throw failureOf(guest(), val);
    return val;
  };
}

/** What comes of instantiating a module, which may be of something else. */
export function instantiated<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw unsupported('it cannot be instantiated here', error);
  }
}

/** Something that is made when it is first needed: most programs use few of the types. */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Milliseconds as a host gives them: whole ones, or a clock with a finer step. */
function milliseconds(reading: number | bigint): bigint {
  return typeof reading === 'bigint' ? reading : BigInt(Math.floor(reading));
}
