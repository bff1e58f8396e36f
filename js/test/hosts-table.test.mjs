// The table of hosts says what was counted, and nothing about what was not run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostsTable } from '../scripts/hosts.mjs';

test('places of a browser count together, hosts apart, and other parts not at all', () => {
  const rows = [
    ['package', 6, 0, 0],
    ['differential, compact', 1, 0, 0],
    ['Node 20', 148, 0, 0],
    ['Node 20, compact', 147, 1, 0],
    ['Node 20, agent world', 0, 0, 1],
    ['Chromium page', 3, 0, 1],
    ['Chromium service-worker', 2, 0, 1],
    ['Chromium page, compact', 3, 0, 0],
  ];
  assert.equal(
    hostsTable(rows),
    [
      '| runtime | first world | compact engine | world `agent` |',
      '| --- | --- | --- | --- |',
      '| Node 20 | 148 passed | 147 passed, 1 failed | not run |',
      '| Chromium | 5 passed, 2 skipped | 3 passed | not run |',
    ].join('\n'),
  );
});
