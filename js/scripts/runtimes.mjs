// The runtimes that the suite is run in, and where their binaries come from.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Beside the package, and no part of it: each release of Node is one npm package. */
const FOLDER = join(root, '.runtimes');

const NODES = [20, 22, 24, 26];

const OWN = Number(process.versions.node.split('.')[0]);

/** Each runtime: what is run, or why it cannot be. */
export function runtimes(isQuick) {
  const nodes = (isQuick ? [NODES[0]] : NODES).map((major) => ({ name: `Node ${major}`, runner: 'node', ...binaryOf(major) }));
  const browsers = ['Chromium', 'Firefox', 'WebKit', 'Electron'].map((name) => ({ name, runner: name.toLowerCase(), binary: process.execPath }));
  return [...nodes, ...(isQuick ? browsers.slice(0, 1) : browsers)];
}

function binaryOf(major) {
  if (major === OWN) return { binary: process.execPath };
  const system = { linux: 'linux', darwin: 'darwin', win32: 'win' }[process.platform] ?? process.platform;
  const name = `node-${system}-${process.arch}`;
  const folder = join(FOLDER, `node-${major}`);
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  try {
    if (!existsSync(binary)) install(folder, `${name}@${major}`);
    execFileSync(binary, ['--version'], { stdio: 'ignore' });
    return { binary };
  } catch (error) {
    return { why: `the npm package ${name}@${major} cannot be had: ${String(error.stderr ?? error.message).trim().split('\n')[0]}` };
  }
}

function install(folder, what) {
  console.log(`Fetching ${what} into ${FOLDER}.`);
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel', 'error', what];
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
}
