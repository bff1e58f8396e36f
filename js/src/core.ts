/** Without a module of its own: the caller says where it is. For bundlers, workers and programs that bring the bytes. */

import { instantiate } from './abi/instance.js';
import { configInvalid } from './error.js';
import { type Load, loader } from './load.js';

export * from './exports.js';

/**
 * Loads the component from a source, which must be given.
 *
 * @example
 * ```js
 * import { readFile } from 'node:fs/promises';
 * import { load } from 'agent-identity/core';
 *
 * const component = await load(await readFile('node_modules/agent-identity/dist/guest.wasm'));
 * ```
 */
export const load: Load = /* @__PURE__ */ loader(instantiate, {
  byDefault: async () => {
    throw configInvalid('agent-identity/core brings no module: give load() its URL, its bytes, a Response or a WebAssembly.Module');
  },
});
