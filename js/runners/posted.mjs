// Signs with the module and the key that its worker is started with.

import { parentPort, workerData } from 'node:worker_threads';
import { load } from '../dist/core.js';

const { module, seed, count } = workerData;
const { Assertion, Key } = await load(module);
const key = Key.import('seed', seed);
parentPort.postMessage(Array.from({ length: count }, (_, index) => Assertion.authorize(key, 'agent-123', `task-${index}`)));
