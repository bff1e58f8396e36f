/** Documents in IndexedDB, for pages, workers and service workers. */

import { HostError, type LoadedDocument, type Storage } from '../host.js';
import { checkDocument, checkName, conflict } from './document.js';
import { Database, type DatabaseOptions, requested } from './indexed-db/database.js';
import { type Chosen, type ProbeOptions, StorageLadder } from './ladder.js';
import { MemoryStorage } from './memory.js';

export type { Chosen, DatabaseOptions, ProbeOptions };

/** A document as it is kept. */
interface Kept {
  readonly name: string;
  readonly document: Uint8Array;
  /** Drawn anew by each replacement. */
  readonly revision: string;
}

/**
 * Keeps documents in IndexedDB. Tabs and workers of one origin share them: a replacement compares and writes in one transaction. When
 * another tab brings a newer version of the database, this one closes its connection and opens it again when it is needed. Every script
 * of the origin can read documents; a key that none can read is kept by `WebCryptoCustodian`.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { IndexedDbStorage } from 'agent-identity/hosts/indexed-db';
 *
 * const component = (await load()).with({ storage: new IndexedDbStorage() });
 * ```
 */
export class IndexedDbStorage implements Storage {
  readonly #database: Database;

  constructor(options: DatabaseOptions = {}) {
    this.#database = new Database(options);
  }

  async load(name: string, signal?: AbortSignal): Promise<LoadedDocument | undefined> {
    checkName(name, 'unreadable');
    const found = await this.#database.transact('documents', 'readonly', signal, (store) => present(store, name));
    return found && { document: found.document, revision: found.revision };
  }

  async replace(name: string, expected: string | undefined, document: Uint8Array, signal?: AbortSignal): Promise<void> {
    checkName(name, 'unwritable');
    checkDocument(name, document);
    const kept: Kept = { name, document: document.slice(), revision: newRevision() };
    try {
      await this.#database.transact('documents', 'readwrite', signal, async (store) => {
        if ((await present(store, name))?.revision !== expected) throw conflict(name);
        await requested(store.put(kept));
      });
    } finally {
      kept.document.fill(0);
    }
  }

  async erase(name: string, signal?: AbortSignal): Promise<void> {
    checkName(name, 'unwritable');
    await this.#database.transact('documents', 'readwrite', signal, (store) => requested(store.delete(name)));
  }

  /** Closes the connection. It is opened again when it is needed. */
  close(): void {
    this.#database.close();
  }
}

/**
 * Documents in IndexedDB, or in memory where it is denied, as in some private windows: the report says which, and why. Documents in memory
 * are gone with the page; say so, or refuse to go on.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { indexedDbOrMemory } from 'agent-identity/hosts/indexed-db';
 *
 * const { storage, report } = await indexedDbOrMemory();
 * if (report.chosen === 'memory') console.warn(String(report));
 * const component = (await load()).with({ storage });
 * ```
 */
export async function indexedDbOrMemory(options: DatabaseOptions & Pick<ProbeOptions, 'signal'> = {}): Promise<Chosen> {
  const { name = 'agent-identity' } = options;
  const ladder = new StorageLadder([
    { name: 'indexed-db', place: `the database ${name} of this origin`, open: () => new IndexedDbStorage(options) },
    { name: 'memory', place: 'the memory of this realm', open: () => new MemoryStorage() },
  ]);
  return ladder.probe({ signal: options.signal });
}

/**
 * Asks the browser to keep this origin's data when space runs short, and says whether it will. Some browsers ask the user. Workers cannot
 * ask; they are told what holds.
 *
 * @example
 * ```js
 * import { keepPersistently } from 'agent-identity/hosts/indexed-db';
 *
 * if (!(await keepPersistently())) console.warn('the browser may erase the identity when space runs short');
 * ```
 */
export async function keepPersistently(): Promise<boolean> {
  const { storage } = navigator as { storage?: Partial<StorageManager> };
  try {
    return Boolean((await storage?.persisted?.()) || (await storage?.persist?.()));
  } catch {
    return false;
  }
}

async function present(store: IDBObjectStore, name: string): Promise<Kept | undefined> {
  const found: Partial<Kept> | undefined = await requested(store.get(name));
  if (!found) return undefined;
  const { document, revision } = found;
  if (document instanceof Uint8Array && typeof revision === 'string') return { name, document, revision };
  throw new HostError('unreadable', `${name} in IndexedDB is none of our documents; erase it`);
}

/** Another content has another one. Also where pages have no `crypto.subtle` to digest with. */
function newRevision(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
