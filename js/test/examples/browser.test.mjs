// The page of the example, in Chromium.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../dist/node.js';
import { outputOf, serveFolder, skip } from '../chromium.mjs';
import { copyWithPackage } from '../packed.mjs';

test('the page signs under its strict policy', { skip }, async () => {
  const { origin, close } = await serveFolder(copyWithPackage('examples/browser'));
  try {
    const { Assertion } = await load();
    const { agentRuntimeId, taskId, signature } = Assertion.parse(await outputOf(`${origin}/`));
    assert.deepEqual([agentRuntimeId, taskId, signature.length], ['agent-123', 'task-123', 64]);
  } finally {
    close();
  }
});
