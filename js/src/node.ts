/** For Node and Electron's main process: the module is read from the package's own folder. */

import { readFileSync } from 'node:fs';
import { instantiate } from './abi/instance.js';
import { type Load, compileAtOnce, loader } from './load.js';

export * from './exports.js';

/**
 * Without other threads. Functions are compiled when they are first called, so that reading and compiling the module take 2 ms: less than
 * it takes a busy thread pool to begin.
 */
const read = async (url: URL) => compileAtOnce(readFileSync(url));

/**
 * Loads the component: the one that comes with the package, or another. It is compiled once.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const component = await load();
 * console.log(component.version.version);
 * ```
 */
export const load: Load = /* @__PURE__ */ loader(instantiate, {
  byDefault: () => read(new URL('./guest.wasm', import.meta.url)),
  read: (url) => (url.protocol === 'file:' ? read(url) : undefined),
});
