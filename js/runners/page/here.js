// The suite in a page or a worker, with everything from the origin of this script.

import { run, suite } from '../../build/suite/index.js';

/** Imported by pages and workers; a service worker imports nothing once it runs. */
const agentWorld = async () => {
  const file = (name) => `/build/agent-world/${name}`;
  if (!(await fetch(file('index.js'))).ok) return undefined;
  return { world: await import(file('index.js')), module: async (name) => WebAssembly.compileStreaming(await fetch(file(name))) };
};

/** `entry` is the package as it was imported, `host` finds a module of its hosts. */
export async function findingsHere(entry, host, more = {}) {
  const seen = [];
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => void seen.push(`${effectiveDirective} ${blockedURI}`));
  const { run: conform } = await import('../../dist/conform/run.js');
  const guest = async () => new Uint8Array(await (await fetch('/dist/guest.wasm')).arrayBuffer());
  return run(await suite({ ...entry, conform, guest, host }, await environment(seen, host, more)));
}

/** What the server of this origin offers. */
export async function environment(seen, host, more) {
  const { vectors, authority } = await (await fetch('/about')).json();
  return {
    read: async (path) => {
      const answer = await fetch(`/data/${path}`);
      return answer.ok ? answer.text() : undefined;
    },
    vectors,
    authority: authority ? location.origin : undefined,
    storages: [{ name: 'IndexedDB', open: async () => new (await host('indexed-db')).IndexedDbStorage({ name: 'suite' }) }],
    custodians: [
      { name: 'web-crypto in IndexedDB', open: async () => new (await host('web-crypto')).WebCryptoCustodian({ name: 'suite' }) },
      { name: 'web-crypto in memory', open: async () => new (await host('web-crypto')).WebCryptoCustodian({ ephemeral: true }) },
    ],
    agentWorld: typeof ServiceWorkerGlobalScope === 'undefined' ? agentWorld : undefined,
    hasPolicy: true,
    violations: () => seen,
    ...more,
  };
}
