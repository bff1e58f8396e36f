import type { Clock, Random, Sleep } from '../host.js';

/** The system's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** `crypto.getRandomValues`. */
export const systemRandom: Random = {
  fill: (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
};

/** Longest wait a timer takes at once, milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** The timers of the platform. */
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
