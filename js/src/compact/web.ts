/** The compact engine for pages and workers: the module is fetched from beside this package's files. */

import { type Load, fetchModule, loader } from '../load.js';
import { instantiate } from './instance.js';

export * from '../exports.js';

/** Loads the compact engine. @internal */
export const load: Load = /* @__PURE__ */ loader(instantiate, {
  byDefault: () => fetchModule(new URL('../compact.wasm', import.meta.url)),
});
