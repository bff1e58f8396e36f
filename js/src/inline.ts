/** With the module inside the script: for places where no second file can be fetched. A third larger, and no part of other entries. */

import text from 'guest:inline';
import { instantiate } from './abi/instance.js';
import { type Load, compileSource, loader } from './load.js';

export * from './exports.js';

/**
 * Loads the component that is part of this script, or another. It is compiled once.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity/inline';
 *
 * const component = await load();
 * ```
 */
export const load: Load = /* @__PURE__ */ loader(instantiate, {
  byDefault: async () => {
    const compressed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const bytes = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('deflate'));
    return compileSource(await new Response(bytes).arrayBuffer());
  },
});
