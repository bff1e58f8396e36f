/** The compact engine for Node and Electron's main process: the module is read from the package's own folder. */

import { readFileSync } from 'node:fs';
import { type Load, compileAtOnce, loader } from '../load.js';
import { instantiate } from './instance.js';

export * from '../exports.js';

const read = async (url: URL) => compileAtOnce(readFileSync(url));

/** Loads the compact engine. @internal */
export const load: Load = /* @__PURE__ */ loader(instantiate, {
  byDefault: () => read(new URL('../compact.wasm', import.meta.url)),
  read: (url) => (url.protocol === 'file:' ? read(url) : undefined),
});
