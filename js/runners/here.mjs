// The suite in a process of Node or in Electron's main process.

import { readFile } from 'node:fs/promises';
import { observed, run, suite } from '../build/suite/index.js';
import { place, readData, vectorFiles } from './files.mjs';

export async function inNode(authority) {
  const library = {
    ...(await observed(() => import('../dist/node.js'))),
    conform: (await import('../dist/conform/run.js')).run,
    guest: async () => new Uint8Array(await readFile(place('dist/guest.wasm'))),
    host: (name) => import(`../dist/hosts/${name}.js`),
  };
  return run(await suite(library, { read: readData, vectors: vectorFiles(), authority, hasPolicy: false }));
}
