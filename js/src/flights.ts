/** Single flight: callers that want the same thing share one piece of work and its outcome (L6). */

import { unlessAborted } from './drive.js';

/** Work under way, by what it is for. */
export class Flights<T> {
  readonly #underWay = new Map<string | undefined, Promise<T>>();

  /** Joins the work under way for `key`, after `waiting`, or starts it. Whoever stops waiting stops nothing, not even as the last one. */
  async join(key: string | undefined, signal: AbortSignal, start: () => Promise<T>, waiting: () => void): Promise<T> {
    signal.throwIfAborted();
    const found = this.#underWay.get(key);
    if (found) waiting();
    return unlessAborted(found ?? this.#start(key, start), signal);
  }

  #start(key: string | undefined, start: () => Promise<T>): Promise<T> {
    const landed = start();
    this.#underWay.set(key, landed);
    // From its landing on, a caller finds what the work brought, or starts anew.
    landed.catch(() => undefined).finally(() => this.#underWay.delete(key));
    return landed;
  }
}
