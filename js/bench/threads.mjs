// One thread against two: instances share nothing but their module.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** Headers for each message, so that posting it costs nothing beside them. */
const HEADERS = 200;

/** A header as workers sign it that all are busy. */
export function threads() {
  const module = new WebAssembly.Module(readFileSync(new URL('../dist/guest.wasm', import.meta.url)));
  return [1, 2].map((count) => {
    let workers;
    const sign = (worker) => {
      const signed = once(worker, 'message');
      worker.postMessage(HEADERS);
      return signed;
    };
    return {
      name: `headers/${count}-worker${count > 1 ? 's' : ''}`,
      call: () => Promise.all((workers ??= started(module, count)).map(sign)),
      awaits: true,
      each: HEADERS * count,
    };
  });
}

/** They go on until the process ends. */
function started(module, count) {
  return Array.from({ length: count }, () => new Worker(new URL('worker.mjs', import.meta.url), { workerData: module }));
}
