/** The types of the package's main entry, whichever file a platform takes for it. */

import type { Load } from './load.js';

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
export declare const load: Load;
