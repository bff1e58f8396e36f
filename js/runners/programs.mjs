// Where programs are.

import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of these that can be run: a path, or a name on the PATH. */
export function program(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = names.filter(Boolean).flatMap((name) => (name.includes('/') ? [name] : folders.map((folder) => join(folder, name))));
  return places.find(canRun);
}

/** A program in a folder of /usr/lib that is named after the machine. */
export function inLibraries(path) {
  const folders = readdirSync('/usr/lib', { withFileTypes: true }).filter((one) => one.isDirectory());
  return folders.map(({ name }) => join('/usr/lib', name, path)).find(canRun);
}

function canRun(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
