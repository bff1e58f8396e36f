/** How waiting ends when a caller gives up. */

import { HostError } from '../host.js';

/** @internal */
export function stopped(signal: AbortSignal): HostError {
  return new HostError('cancelled', 'the caller stopped it', { cause: signal.reason });
}

/** @internal */
export function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stopped(signal);
}

/** @internal The outcome of some work, or `cancelled` as soon as the signal is aborted. The work itself goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(stopped(signal));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
