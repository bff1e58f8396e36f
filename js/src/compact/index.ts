/** The types of the compact entry, whichever file a platform takes for it. */

import type { Load } from '../load.js';

export * from '../exports.js';

/**
 * Loads the compact engine: the one that comes with the package, or another. It is compiled once. Everything else is as in the main entry.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity/compact';
 *
 * const { Assertion, Key } = await load();
 * console.log(Assertion.authorize(Key.generate(), 'agent-123', 'task-123'));
 * ```
 */
export declare const load: Load;
