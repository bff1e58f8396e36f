// Signs with the entry, the module and the key that its worker is started with.

import { parentPort, workerData } from 'node:worker_threads';

const { entry, module, seed, count } = workerData;
const { load } = await import(`../dist/${entry}`);
const { Assertion, Key } = await load(module);
const key = Key.import('seed', seed);
parentPort.postMessage(Array.from({ length: count }, (_, index) => Assertion.authorize(key, 'agent-123', `task-${index}`)));
