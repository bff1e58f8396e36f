// Bundled into one classic script: not every browser lets service workers be modules, and none lets them import later.

import { observed } from '../../suite/import.ts';
import { run, suite } from '../../suite/index.ts';
import * as core from '../../dist/core.js';
import { run as conform } from '../../dist/conform/run.js';
import * as memory from '../../dist/hosts/memory.js';
import { environment } from './here.js';

const HOSTS = { memory };

const bytes = async () => new Uint8Array(await (await fetch('/dist/guest.wasm')).arrayBuffer());

/** A bundle has no file beside it, so the place of the module is always given. */
const entry = { ...core, load: (source = '/dist/guest.wasm') => core.load(source) };

async function findings() {
  const seen = [];
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => void seen.push(`${effectiveDirective} ${blockedURI}`));
  const library = { ...(await observed(async () => entry)), conform, guest: bytes, host: async (name) => HOSTS[name] };
  return run(await suite(library, await environment(seen, {})));
}

addEventListener('install', (event) => event.waitUntil(skipWaiting()));
addEventListener('message', (event) => {
  const ended = findings().catch((error) => [{ name: 'the suite', outcome: 'failed', why: `${error}\n${error?.stack}`, milliseconds: 0 }]);
  event.waitUntil(ended.then((found) => event.ports[0].postMessage(found)));
});
