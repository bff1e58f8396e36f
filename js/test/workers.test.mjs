// Many threads: the module is compiled once and posted to each worker, where it is an instance of its own.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { load } from '../dist/node.js';

const WORKERS = 4;
const HEADERS = 200;

/** What a program does in a worker: the posted module, and a key that was handed over. */
const WORKER = `
import { parentPort, workerData } from 'node:worker_threads';
import { load } from ${JSON.stringify(new URL('../dist/core.js', import.meta.url).href)};

let compiled = 0;
for (const name of ['Module', 'compile', 'compileStreaming']) {
  const original = WebAssembly[name];
  WebAssembly[name] = new Proxy(original, {
    apply: (...call) => (compiled++, Reflect.apply(...call)),
    construct: (...call) => (compiled++, Reflect.construct(...call)),
  });
}
const { module, seed, count } = workerData;
const component = await load(module);
const key = component.Key.import('seed', seed);
seed.fill(0);
parentPort.once('message', () => {
  const headers = Array.from({ length: count }, (_, index) => component.Assertion.authorize(key, 'agent-123', 'task-' + index));
  parentPort.postMessage({ headers, compiled });
});
parentPort.postMessage('ready');
`;

const next = (worker) =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });

test('workers sign at once with the module that was posted to them', async () => {
  const module = await WebAssembly.compile(await readFile(new URL('../dist/guest.wasm', import.meta.url)));
  const { Key, Verifier, VerifyingKey } = await load(module);
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const verifying = VerifyingKey.import('raw', Key.import('seed', seed).public().raw);
  const url = new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`);
  const workers = Array.from({ length: WORKERS }, () => new Worker(url, { workerData: { module, seed, count: HEADERS } }));
  try {
    assert.deepEqual(await Promise.all(workers.map(next)), workers.map(() => 'ready'));
    const told = workers.map(next);
    for (const worker of workers) worker.postMessage('sign');
    for (const { headers, compiled } of await Promise.all(told)) {
      assert.equal(compiled, 0, 'nothing is compiled in a worker');
      headers.forEach((header) => Verifier.verifyAssertion(header, verifying));
      assert.equal(new Set(headers).size, HEADERS);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});
