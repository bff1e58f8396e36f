// What wasm-bindgen wrote for the compact engine, as a function that makes an instance: an instance that trapped is replaced, and modules
// of several sources have one each, where wasm-bindgen's own module has one for all.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What the glue offers: `call` and `fingerprint` of guest/component/src/compact.rs. */
const TYPES = `
/** What a call asks for while it runs. */
export interface GlueHost {
  now(): bigint;
  monotonic(): bigint;
  random(bytes: Uint8Array): boolean;
  /** The result of a call, as long as this runs. */
  give(bytes: Uint8Array): void;
}

export interface Glue {
  call: typeof call;
  fingerprint: typeof fingerprint;
}

/** A new instance of a module, around which there is this host. */
export function glue(module: WebAssembly.Module, host: GlueHost): Glue;
`;

/** `glue.js` and `glue.d.ts` from the files of the builder in a folder, if these count `exports` and `resources` as the tables do. */
export function glueModule(folder, { exports, resources }) {
  const script = readFileSync(join(folder, 'compact.js'), 'utf8');
  const declared = readFileSync(join(folder, 'compact.d.ts'), 'utf8');
  for (const [what, names] of Object.entries({ Functions: exports, Resources: resources })) {
    const list = names.map((name) => `'${name}'`).join(', ');
    if (!declared.includes(`export type ${what} = [${list}];`)) throw new Error('wit/ and the compact engine differ, build it anew');
  }
  return { script: factory(script), types: declarations(declared) };
}

/** The functions of the module, with all they share, within one. What loads a module is left out: that is done elsewhere. */
function factory(script) {
  const loading = script.indexOf('let wasmModule, wasmInstance, wasm;');
  if (loading < 0 || script.includes('__wbindgen_start')) throw new Error('wasm-bindgen wrote something else than is expected here: adapt scripts/compact.mjs');
  const body = script.slice(0, loading).replaceAll(/^export /gm, '').replaceAll(/^\/\*[\s\S]*?\*\/\n/gm, '');
  return `export function glue(module, host) {\n${body}
const wasm = new WebAssembly.Instance(module, __wbg_get_imports()).exports;
return { call, fingerprint };
}\n`;
}

/** What it declares, but for what loads a module. */
function declarations(declared) {
  const kept = declared.slice(0, declared.indexOf('export type InitInput'));
  return `import type { Handle } from '../engine/handle.js';\n${kept}${TYPES}`;
}

/** FNV-1a over the WIT files in the order of their names, as guest/component/build/compact.rs has it. */
export function fingerprint(folder) {
  let hash = 0x811c9dc5;
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.wit')).sort()) {
    for (const byte of readFileSync(join(folder, name))) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
