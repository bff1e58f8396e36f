// The package as npm makes it, in a folder where programs find it by its name.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { npm, place } from '../scripts/tools.mjs';

export { link, place, tools } from '../scripts/tools.mjs';

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
