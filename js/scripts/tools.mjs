// Programs of pinned versions that are no dependencies of the package: fetched once, and kept in .runtimes/.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A path in js/. */
export const place = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Where what a folder's package.json names is installed, or why it cannot be. */
export function tools(path) {
  const folder = place(`.runtimes/${basename(path)}`);
  const wanted = ['package.json', 'package-lock.json'].map((name) => [name, readFileSync(join(place(path), name), 'utf8')]);
  const isThere = existsSync(join(folder, 'node_modules')) && wanted.every(([name, text]) => isText(join(folder, name), text));
  try {
    if (!isThere) fetchTools(folder, wanted);
    return { folder };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return { skip: `what ${path} names cannot be installed: ${String(error.stderr ?? error.message).trim().split('\n')[0]}` };
  }
}

/** Puts tools into `node_modules` of another folder. */
export function link(toolsFolder, folder) {
  const [from, to] = [join(toolsFolder, 'node_modules'), join(folder, 'node_modules')];
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
}

/** Runs npm to its end and gives what it told. */
export function npm(args, options) {
  const environment = { ...process.env, NODE_TEST_CONTEXT: '' };
  return execFileSync('npm', args, { ...options, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
}

function fetchTools(folder, files) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], { cwd: folder });
}

function isText(path, text) {
  return existsSync(path) && readFileSync(path, 'utf8') === text;
}
