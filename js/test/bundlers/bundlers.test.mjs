// A tiny app that loads the default web entry with its module, through each bundler and through none, opened in Chromium.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { outputOf, serveFolder, skip as noChromium } from '../chromium.mjs';
import { copyWithPackage, link, tools } from '../packed.mjs';

const WRITTEN = 'signed for task-123';

const run = (folder, ...args) => execFileSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: '' } });

const BUILDS = {
  vite: (folder) => run(folder, 'node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'),
  webpack: (folder) => run(folder, 'node_modules/webpack-cli/bin/cli.js', '--mode', 'production'),
  esbuild: (folder) => run(folder, 'build.js'),
};

const projects = new Map();

/** The project of a bundler with the package and its tools, or why there is none. */
function project(name) {
  if (noChromium) return { skip: noChromium };
  const found = tools(`test/bundlers/${name}`);
  if (found.skip) return found;
  if (!projects.has(name)) {
    const folder = copyWithPackage(`test/bundlers/${name}`);
    link(found.folder, folder);
    projects.set(name, { folder });
  }
  return projects.get(name);
}

async function opened(folder) {
  const { origin, close } = await serveFolder(folder);
  try {
    return await outputOf(`${origin}/`);
  } finally {
    close();
  }
}

for (const [name, build] of Object.entries(BUILDS)) {
  test(`${name}: what it builds signs`, async (t) => {
    const { folder, skip } = project(name);
    if (skip) return t.skip(skip);
    build(folder);
    // Vite makes its page too.
    const built = join(folder, 'dist');
    assert.equal(await opened(existsSync(join(built, 'index.html')) ? built : folder), WRITTEN);
  });
}

test('vite: its development server serves a page that signs', async (t) => {
  const { folder, skip } = project('vite');
  if (skip) return t.skip(skip);
  const { createServer } = await import(pathToFileURL(join(folder, 'node_modules/vite/dist/node/index.js')));
  const server = await createServer({ root: folder, logLevel: 'error', server: { host: '127.0.0.1', port: 0 } });
  try {
    await server.listen();
    assert.equal(await outputOf(server.resolvedUrls.local[0]), WRITTEN);
  } finally {
    await server.close();
  }
});

test('without a bundler: an import map is enough', { skip: noChromium }, async () => {
  assert.equal(await opened(copyWithPackage('test/bundlers/none')), WRITTEN);
});
