/** For Node and Electron's main process: the module is read from the package's own folder. */

import { readFile } from 'node:fs/promises';
import { type Load, compileSource, loader } from './load.js';

export * from './exports.js';

const read = async (url: URL) => compileSource(await readFile(url));

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
export const load: Load = /* @__PURE__ */ loader({
  byDefault: () => read(new URL('./guest.wasm', import.meta.url)),
  read: (url) => (url.protocol === 'file:' ? read(url) : undefined),
});
