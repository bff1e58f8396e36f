/** Single flight: callers that want the same thing share one piece of work and its outcome (L6). */

import { unlessAborted } from './drive.js';

interface Flight<T> {
  readonly landed: Promise<T>;
  readonly stop: AbortController;
  callers: number;
}

/** Work under way, by what it is for. */
export class Flights<T> {
  readonly #underWay = new Map<string | undefined, Flight<T>>();

  /**
   * Joins the work under way for `key`, after `waiting`, or starts it. Whoever stops waiting stops nothing, except that work nobody waits
   * for any more is stopped.
   */
  async join(key: string | undefined, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>, waiting: () => void): Promise<T> {
    signal.throwIfAborted();
    const found = this.#underWay.get(key);
    const flight = found ?? this.#start(key, start);
    if (found) waiting();
    flight.callers += 1;
    try {
      return await unlessAborted(flight.landed, signal);
    } finally {
      flight.callers -= 1;
      if (!flight.callers) {
        this.#land(key, flight);
        flight.stop.abort();
      }
    }
  }

  #start(key: string | undefined, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController();
    const landed = start(stop.signal);
    const flight = { landed, stop, callers: 0 };
    this.#underWay.set(key, flight);
    // From its landing on, a caller finds what the work brought, or starts anew.
    landed.catch(() => undefined).finally(() => this.#land(key, flight));
    return flight;
  }

  #land(key: string | undefined, flight: Flight<T>): void {
    if (this.#underWay.get(key) === flight) this.#underWay.delete(key);
  }
}
