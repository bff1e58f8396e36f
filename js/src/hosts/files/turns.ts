/** Writers of this process, one after the other: they need not wait for the lock of the directory all at once. */

import { unlessAborted } from '../aborting.js';

export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Does the work when all before it is done. A caller that gives up meanwhile is passed over. */
  async take<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const before = this.#last;
    let leave!: () => void;
    this.#last = new Promise((resolve) => (leave = resolve));
    try {
      await unlessAborted(before, signal);
      return await work();
    } finally {
      void before.then(leave);
    }
  }
}
