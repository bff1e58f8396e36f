// Bundled into one classic script: not every browser lets service workers be modules, and none lets them import later.

import { observed } from '../../suite/import.ts';
import { run, suite } from '../../suite/index.ts';
import * as compact from '../../dist/compact/web.js';
import * as component from '../../dist/core.js';
import { run as conformCompact } from '../../dist/conform/compact.js';
import { run as conformComponent } from '../../dist/conform/run.js';
import * as indexedDb from '../../dist/hosts/indexed-db.js';
import * as ladder from '../../dist/hosts/ladder.js';
import * as memory from '../../dist/hosts/memory.js';
import * as webCrypto from '../../dist/hosts/web-crypto.js';
import { environment } from './environment.js';

const HOSTS = { 'indexed-db': indexedDb, ladder, memory, 'web-crypto': webCrypto };
const host = async (name) => HOSTS[name];

const ENTRIES = {
  component: { entry: component, module: '/dist/guest.wasm', conform: conformComponent },
  compact: { entry: compact, module: '/dist/compact.wasm', conform: conformCompact },
};

async function findings(engine) {
  const { entry, module, conform } = ENTRIES[engine];
  const guest = async () => new Uint8Array(await (await fetch(module)).arrayBuffer());
  // A bundle has no file beside it, so the place of the module is always given.
  const here = { ...entry, load: (source = module) => entry.load(source) };
  const seen = [];
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => void seen.push(`${effectiveDirective} ${blockedURI}`));
  const library = { ...(await observed(async () => here)), engine, conform, guest, host };
  return run(await suite(library, await environment(seen, host)));
}

addEventListener('install', (event) => event.waitUntil(skipWaiting()));
addEventListener('message', (event) => {
  const ended = findings(event.data).catch((error) => [{ name: 'the suite', outcome: 'failed', why: `${error}\n${error?.stack}`, milliseconds: 0 }]);
  event.waitUntil(ended.then((found) => event.ports[0].postMessage(found)));
});
