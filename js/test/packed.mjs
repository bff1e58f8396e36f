// The package as npm makes it, in a folder where programs find it by its name. Tools come from beside it, of pinned versions.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A path in js/. */
export const place = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })));

/** An empty folder in build/, from which the development dependencies of the package are found. */
export function folderFor(what) {
  mkdirSync(place('build'), { recursive: true });
  folders.push(mkdtempSync(place(`build/${what}-`)));
  return folders.at(-1);
}

/** Makes the tarball in a folder; its path, and the paths in it. */
export function pack(folder) {
  const args = ['pack', '--ignore-scripts', '--json', '--loglevel', 'error', '--pack-destination', folder];
  const told = JSON.parse(npm(args, { cwd: place('') }));
  const [{ filename, files }] = Array.isArray(told) ? told : Object.values(told);
  return { tarball: join(folder, basename(filename)), files: files.map(({ path }) => path) };
}

/** Puts the package into `node_modules` of a folder, as an installation would. */
export function installInto(folder) {
  const target = join(folder, 'node_modules/agent-identity');
  mkdirSync(target, { recursive: true });
  const { tarball } = pack(folder);
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  rmSync(tarball);
  return target;
}

/** A copy of a folder of js/ with the package in its `node_modules`. */
export function copyWithPackage(path) {
  const folder = folderFor(basename(path));
  cpSync(place(path), folder, { recursive: true, filter: (name) => !name.includes('node_modules') });
  installInto(folder);
  return folder;
}

/** The folder of pinned tools that a package.json names, or why they cannot be had. They are fetched once and kept. */
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

/** Puts tools into `node_modules` of a folder. */
export function link(toolsFolder, folder) {
  const [from, to] = [join(toolsFolder, 'node_modules'), join(folder, 'node_modules')];
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
}

function fetchTools(folder, files) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], { cwd: folder });
}

function npm(args, options) {
  const environment = { ...process.env, NODE_TEST_CONTEXT: '' };
  return execFileSync('npm', args, { ...options, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
}

function isText(path, text) {
  return existsSync(path) && readFileSync(path, 'utf8') === text;
}
