import { HostError, type LoadedDocument, type Storage } from '../host.js';

/** Longest document that is kept, bytes. */
const MOST_BYTES = 8 << 20;

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

  async load(name: string): Promise<LoadedDocument | undefined> {
    const found = this.#documents.get(name);
    return found && { ...found, document: found.document.slice() };
  }

  async replace(name: string, expected: string | undefined, document: Uint8Array): Promise<void> {
    if (this.#documents.get(name)?.revision !== expected) {
      throw new HostError('conflict', `${name} was changed by someone else in the meantime, nothing was written; read it again`);
    }
    if (document.length > MOST_BYTES) throw new HostError('unwritable', `${name} cannot be written: it is larger than 8 MiB`);
    this.#forget(name);
    this.#changes += 1;
    this.#documents.set(name, { document: document.slice(), revision: String(this.#changes) });
  }

  async erase(name: string): Promise<void> {
    this.#forget(name);
    this.#documents.delete(name);
  }

  /** Documents may hold secrets. */
  #forget(name: string): void {
    this.#documents.get(name)?.document.fill(0);
  }
}
