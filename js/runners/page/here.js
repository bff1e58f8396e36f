// The suite in a page or a worker, with everything from the origin of this script.

import { run, suite } from '../../build/suite/index.js';
import { ENGINES } from './engines.js';
import { environment } from './environment.js';

/** Imported by pages and workers; a service worker imports nothing once it runs. */
const agentWorld = async () => {
  const file = (name) => `/build/agent-world/${name}`;
  if (!(await fetch(file('index.js'))).ok) return undefined;
  return { world: await import(file('index.js')), module: async (name) => WebAssembly.compileStreaming(await fetch(file(name))) };
};

/** `entry` is the package as it was imported, with the engine of this name; `host` finds a module of its hosts. */
export async function findingsHere(engine, entry, host, more = {}) {
  const seen = [];
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => void seen.push(`${effectiveDirective} ${blockedURI}`));
  const { run: conform } = await import(`../../dist/${ENGINES[engine].conform}`);
  const guest = async () => new Uint8Array(await (await fetch(`/dist/${ENGINES[engine].module}`)).arrayBuffer());
  return run(await suite({ ...entry, engine, conform, guest, host }, await environment(seen, host, { agentWorld, ...more })));
}
