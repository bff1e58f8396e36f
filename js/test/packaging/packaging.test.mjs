// What is published: the files of the tarball, and what two linters of packages say about it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { folderFor, pack, place, tools } from '../packed.mjs';

const folder = folderFor('packaging');
const { tarball, files } = pack(folder);
const { folder: toolFolder, skip = false } = tools('test/packaging');
const hosts = readdirSync(place('dist/hosts')).map((name) => `hosts/${name.replace(/\.js$/, '')}`);

test('the tarball holds what programs need, and nothing else', () => {
  const expected = [
    /^(package\.json|README\.md|LICENSE-(APACHE|MIT))$/,
    /^bin\/agent-identity\.mjs$/,
    /^dist\/(compact\/)?(node|web|core|inline)\.js$/,
    /^dist\/(guest|compact)\.wasm$/,
    /^dist\/(shared|hosts|cli|conform)\/[\w-]+\.js$/,
    /^dist\/types\/(?!cli|conform)[\w/-]+\.d\.ts$/,
  ];
  assert.deepEqual(files.filter((path) => !expected.some((pattern) => pattern.test(path))), []);
  for (const path of ['bin/agent-identity.mjs', 'dist/guest.wasm', 'dist/compact.wasm', 'dist/types/index.d.ts', 'LICENSE-MIT']) assert.ok(files.includes(path), path);
});

test('no secret, no path of the machine that built it, is in a file', () => {
  const home = place('').replace(/\/$/, '');
  for (const path of files) assert.ok(!readFileSync(place(path), 'latin1').includes(home), path);
});

test("the licences are the project's", () => {
  for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) assert.equal(readFileSync(place(name), 'utf8'), readFileSync(place(`../${name}`), 'utf8'));
});

test('every import that package.json names is there', () => {
  const { exports, bin } = JSON.parse(readFileSync(place('package.json'), 'utf8'));
  const targets = [...Object.values(exports), ...Object.values(bin)].flatMap((target) => (typeof target === 'string' ? target : Object.values(target)));
  const paths = targets.flatMap((target) => (target.includes('*') ? hosts.map((host) => target.replace('hosts/*', host)) : target));
  for (const path of paths) assert.ok(files.includes(path.replace(/^\.\//, '')), path);
});

test('what an entry needs is two more files, one for its engine, and one round of requests', () => {
  const importsOf = (path) => [...readFileSync(path, 'utf8').matchAll(/(?:from|import) ?"(\.[^"]+)"/g)].map(([, found]) => join(dirname(path), found));
  for (const entry of ['node', 'web', 'core', 'compact/node', 'compact/web']) {
    const imported = importsOf(place(`dist/${entry}.js`));
    assert.equal(imported.length, 2, imported.join());
    for (const path of imported.flatMap(importsOf)) assert.ok(imported.includes(path), path);
  }
});

test('publint finds nothing', { skip }, () => {
  const { status, stdout } = tool('publint/src/cli.js', tarball, '--strict');
  assert.equal(status, 0, stdout);
  assert.ok(stdout.includes('All good!'), stdout);
});

test('the types are right wherever they are imported from', { skip }, () => {
  // The package is for ESM; a WebAssembly module has no types.
  const args = ['--profile', 'esm-only', '--exclude-entrypoints', './guest.wasm', './compact.wasm', '--include-entrypoints', ...hosts, '--format', 'json'];
  const { status, stdout } = tool('@arethetypeswrong/cli/dist/index.js', tarball, ...args);
  assert.equal(status, 0, stdout);
  const { analysis } = JSON.parse(stdout);
  for (const name of ['.', './core', './inline', './compact', ...hosts.map((host) => `./${host}`)]) assert.ok(analysis.entrypoints[name], name);
});

function tool(path, ...args) {
  const program = join(toolFolder, 'node_modules', path);
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' } });
}
