import type { Clock, Random, Sleep } from '../host.js';

/**
 * The system's clocks.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { systemClock } from 'agent-identity/hosts/system';
 *
 * const anHourAhead = { ...systemClock, now: () => Number(systemClock.now()) + 3_600_000 };
 * const component = (await load()).with({ clock: anHourAhead });
 * ```
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/**
 * `crypto.getRandomValues`.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { systemRandom } from 'agent-identity/hosts/system';
 *
 * const component = (await load()).with({ random: systemRandom });
 * ```
 */
export const systemRandom: Random = {
  fill: (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
};

/** Longest wait a timer takes at once, milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * The timers of the platform.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { systemSleep } from 'agent-identity/hosts/system';
 *
 * const component = (await load()).with({
 *   sleep: (milliseconds, signal) => {
 *     console.log(`the next attempt is in ${milliseconds} ms`);
 *     return systemSleep(milliseconds, signal);
 *   },
 * });
 * ```
 */
export const systemSleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve(milliseconds > LONGEST ? systemSleep(milliseconds - LONGEST, signal) : undefined);
      },
      Math.min(milliseconds, LONGEST),
    );
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
