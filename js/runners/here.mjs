// The suite in a process of Node or in Electron's main process.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { equal, observed, run, suite } from '../build/suite/index.js';
import { temporaryFolder } from './children.mjs';
import { ENGINES } from './page/engines.js';
import { place, readData, vectorFiles } from './files.mjs';

export async function inNode(engine, authority) {
  const { node, module, conform } = ENGINES[engine];
  const host = (name) => import(`../dist/hosts/${name}.js`);
  const folder = temporaryFolder('suite');
  const library = {
    engine,
    ...(await observed(() => import(`../dist/${node}`))),
    conform: (await import(`../dist/${conform}`)).run,
    guest: async () => new Uint8Array(await readFile(place(`dist/${module}`))),
    host,
  };
  const environment = {
    read: readData,
    vectors: vectorFiles(),
    authority,
    storages: [{ name: 'files', open: async () => new (await host('files')).FileStorage(folder) }],
    custodians: [
      { name: 'node-crypto', open: async () => new (await host('node-crypto')).NodeCryptoCustodian() },
      { name: 'web-crypto in memory', open: async () => new (await host('web-crypto')).WebCryptoCustodian({ ephemeral: true }) },
    ],
    signElsewhere: async (work) => {
      const workerData = { ...work, entry: node };
      return (await once(new Worker(place('runners/posted.mjs'), { workerData }), 'message'))[0];
    },
    agentWorld,
    hasPolicy: false,
  };
  const leaks = [];
  process.on('warning', ({ name, message }) => name === 'MaxListenersExceededWarning' && leaks.push(message));
  const isQuiet = { name: 'concurrency: nothing looks like a leak to Node', run: () => equal(leaks, []) };
  return run([...(await suite(library, environment)), isQuiet]);
}

/** The other world. */
async function agentWorld() {
  const file = (name) => place(`build/agent-world/${name}`);
  if (!existsSync(file('index.js'))) return undefined;
  return { world: await import('../build/agent-world/index.js'), module: async (name) => WebAssembly.compile(await readFile(file(name))) };
}
