// The bench works: every row is there, and targets are judged by ratios. How fast anything is, no test says.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { figure, measure } from '../bench/harness.js';
import { judge } from '../bench/targets.mjs';
import { place, tools } from '../scripts/tools.mjs';

const run = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: place(''), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
};

const PEERS = ['node-crypto', 'web-crypto', 'noble', 'libsodium', 'tweetnacl'];

test('in Node the package is measured against every peer', (t) => {
  const { folder, skip } = tools('bench/peers');
  if (skip) return t.skip(skip);
  const { version, rows } = JSON.parse(run('bench/node.mjs', 'trial', folder));
  assert.equal(version, process.versions.node);
  const ours = ['header/agent-identity', 'header/custodian', 'headers/1-worker', 'headers/2-workers', 'verify/agent-identity', 'call/nothing'];
  const engines = ['header', 'verify', 'nothing', 'text', 'record'].flatMap((call) => [`engine/${call}/component`, `engine/${call}/compact`]);
  const names = [...ours, ...engines, ...PEERS.flatMap((peer) => [`sign/${peer}`, `verify/${peer}`])];
  assert.deepEqual(rows.map(({ name }) => name).sort(), names.sort());
  for (const { name, ns } of rows) assert.ok(ns > 0, name);
});

test('without peers it still measures', () => {
  const { rows } = JSON.parse(run('bench/node.mjs', 'trial'));
  assert.ok(rows.some(({ name }) => name === 'sign/node-crypto') && !rows.some(({ name }) => name === 'sign/noble'));
});

test('a start of either engine is told in its parts', () => {
  for (const entry of ['node.js', 'compact/node.js']) {
    const told = JSON.parse(run('bench/start.mjs', entry));
    assert.deepEqual(Object.keys(told), ['import', 'load', 'first-header', 'all']);
    assert.ok(told.import + told.load + told['first-header'] <= told.all + 1e-6);
  }
});

test('its tables name the targets, and --filter writes nothing', () => {
  const told = run('--experimental-websocket', 'bench/main.mjs', '--quick', '--filter', 'no such place');
  assert.match(told, /Nothing is written/);
  assert.match(run('bench/main.mjs', '--help'), /^Measures /);
  assert.equal(spawnSync(process.execPath, ['bench/main.mjs', '--fast'], { cwd: place('') }).status, 1);
});

test('a target is a ratio within one run; what was not measured is not judged', () => {
  const rows = [['header/agent-identity', 30e3], ['sign/node-crypto', 20e3], ['sign/web-crypto', 30e3], ['start/load', 5e6]].map(([name, ns]) => ({ name, ns }));
  const told = (place) => judge({ place, rows }).map(({ measured, bound, met }) => [measured, bound, met]);
  assert.deepEqual(told('node-24'), [[1.5, '≤ 1.25', false], [1, '< 1', false], [5, '≤ 5', true]]);
  assert.deepEqual(told('firefox'), [[1, '< 1', false]]);
  assert.deepEqual(judge({ place: 'webkit', rows: rows.slice(0, 2) }), []);
});

test('a figure is the median of batches, beside their first and ninth decile', async () => {
  assert.deepEqual(figure('a', [5, 1, 3, 2, 4]), { name: 'a', ns: 3e6, low: 1e6, high: 5e6 });
  let calls = 0;
  const [{ ns }] = await measure([{ name: 'b', call: async () => (calls += 1), awaits: true }], { rounds: 3, batchMs: 1 });
  assert.ok(ns > 0 && calls > 3);
});
