// The examples in the documentation of the hosts, run as a program would have them.

import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const place = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const ELSEWHERE = { 'indexed-db': 'it needs a browser', 'safe-storage': 'it needs Electron' };

for (const path of readdirSync(place('src/hosts'), { recursive: true }).filter((name) => name.endsWith('.ts')).sort()) {
  const text = readFileSync(place(`src/hosts/${path}`), 'utf8');
  for (const [, commented, name] of text.matchAll(/@example\n \* ```js\n((?: \*.*\n)+?) \* ```\n(?: \*.*\n)* \*\/\nexport (?:async )?\w+ (\w+)/g)) {
    const skip = ELSEWHERE[path.replace(/\.ts$/, '')] ?? false;
    test(`the example of ${name} runs`, { skip }, () => run(commented.replaceAll(/^ \* ?/gm, '')));
  }
}

/** In the package's own folder, where its name means itself. */
function run(example) {
  mkdirSync(place('build'), { recursive: true });
  const folder = mkdtempSync(place('build/example-'));
  try {
    writeFileSync(join(folder, 'example.mjs'), example);
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'example.mjs')], { encoding: 'utf8', env: { ...process.env, TMPDIR: folder } });
    assert.equal(status, 0, stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
