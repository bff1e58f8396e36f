import type { LoadedDocument, Storage } from '../host.js';
import { refuseIfAborted } from './aborting.js';
import { checkDocument, checkName, conflict } from './document.js';

/**
 * Documents in memory: the ephemeral mode, and tests. They are gone when the program ends.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { MemoryStorage } from 'agent-identity/hosts/memory';
 *
 * const component = (await load()).with({ storage: new MemoryStorage() });
 * ```
 */
export class MemoryStorage implements Storage {
  readonly #documents = new Map<string, LoadedDocument>();
  #changes = 0;

  async load(name: string, signal?: AbortSignal): Promise<LoadedDocument | undefined> {
    checkName(name, 'unreadable');
    refuseIfAborted(signal);
    const found = this.#documents.get(name);
    return found && { ...found, document: found.document.slice() };
  }

  async replace(name: string, expected: string | undefined, document: Uint8Array, signal?: AbortSignal): Promise<void> {
    checkName(name, 'unwritable');
    checkDocument(name, document);
    refuseIfAborted(signal);
    if (this.#documents.get(name)?.revision !== expected) throw conflict(name);
    this.#forget(name);
    this.#changes += 1;
    this.#documents.set(name, { document: document.slice(), revision: String(this.#changes) });
  }

  async erase(name: string, signal?: AbortSignal): Promise<void> {
    checkName(name, 'unwritable');
    refuseIfAborted(signal);
    this.#forget(name);
    this.#documents.delete(name);
  }

  /** Documents may hold secrets. */
  #forget(name: string): void {
    this.#documents.get(name)?.document.fill(0);
  }
}
