// Electron's declarations judge what is asked of its safeStorage. The package `electron` brings no program until it is run.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const place = (path) => fileURLToPath(new URL(path, import.meta.url));

test("Electron's own safeStorage is what SafeStorage takes", () => {
  const compiler = place('../../node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', place('types')], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});
