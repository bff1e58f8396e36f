import type { Guest } from './engine/engine.js';
import type { ExternalTaskRef } from './generated/types.js';

export type { ExternalTaskRef };

/**
 * References to a task of the caller's own world.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { TaskRef } = await load();
 * TaskRef.normalize({ kind: 'url', value: 'HTTPS://Example.COM:443/a/../b' }); // 'https://example.com/b'
 * ```
 */
export class TaskRefs {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /**
   * The one spelling of a reference; `undefined` when there is no reference, which means the run task. Two references are equal when
   * their spellings are. Errors: the `ref-…` codes.
   */
  normalize(reference: ExternalTaskRef): string | undefined {
    return this.#guest.taskRefs.normalize(reference);
  }

  /** The Unicode version that normalisation uses, for example `17.0`. */
  unicodeVersion(): string {
    return this.#guest.taskRefs.unicodeVersion();
  }
}
