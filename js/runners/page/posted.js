// Signs with the module and the key it is sent.

import { load } from '../../dist/core.js';

addEventListener('message', async ({ data: { module, seed, count } }) => {
  const { Assertion, Key } = await load(module);
  const key = Key.import('seed', seed);
  postMessage(Array.from({ length: count }, (_, index) => Assertion.authorize(key, 'agent-123', `task-${index}`)));
});
