/** For pages and workers: the module is fetched from beside this file. */

import { instantiate } from './abi/instance.js';
import { type Load, fetchModule, loader } from './load.js';

export * from './exports.js';

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
  byDefault: () => fetchModule(new URL('./guest.wasm', import.meta.url)),
});
