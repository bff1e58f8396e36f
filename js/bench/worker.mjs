// Signs as often as it is told, with the module that its worker is started with.

import { parentPort, workerData } from 'node:worker_threads';
import { load } from '../dist/core.js';
import { AGENT, TASK } from './subjects.js';

const { Assertion, Key } = await load(workerData);
const key = Key.generate();
parentPort.on('message', (count) => {
  for (let each = 0; each < count; each += 1) Assertion.authorize(key, AGENT, TASK);
  parentPort.postMessage('signed');
});
