// The world `agent` in JavaScript: its component, transpiled by jco, with the hosts of the package as imports.

import { importsOf } from './imports.js';

/**
 * An instance of the component. Its exports are jco's: `client.Agent` with a promise for each flow, and the first world's interfaces.
 * `module` compiles a file of the transpiled component, `agent.core.wasm` and two small ones; `host` is that of the package.
 *
 * What is awaited suspends WebAssembly (JSPI): Node from 24 on, Chromium, and Firefox where it has that switched on.
 */
export async function instantiate(module, host) {
  checkJspi();
  const transpiled = await import('./agent.js');
  return transpiled.instantiate(module, importsOf(host));
}

/** Says what to do where WebAssembly cannot be suspended. */
export function checkJspi() {
  if (typeof WebAssembly.Suspending === 'function') return;
  throw new Error(
    'the world `agent` suspends WebAssembly, and this runtime cannot (JSPI is missing); ' +
      'use the first world instead, the main entry `agent-identity`: it does the same in every runtime',
  );
}
