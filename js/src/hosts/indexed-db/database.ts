/** The database of this package in IndexedDB: its schema, its connection, and transactions. In pages and in every kind of worker. */

import { HostError, type HostFailure } from '../../host.js';
import { stopped, unlessAborted } from '../aborting.js';

/** The object stores. */
export type StoreName = 'documents' | 'keys';

/**
 * The schema: each step leads from one version to the next, and keeps what is there. A step that was released is never changed; what is
 * new is one more step.
 */
const STEPS: readonly ((database: IDBDatabase) => unknown)[] = [
  (database) => database.createObjectStore('documents', { keyPath: 'name' }),
  (database) => database.createObjectStore('keys', { keyPath: 'keyId' }),
];

/** Which database, and how long one waits for it. */
export interface DatabaseOptions {
  /** Name of the database. Default: `agent-identity`. */
  readonly name?: string | undefined;
  /** Longest wait for the database to open, milliseconds. Default: 10 000. */
  readonly patienceMs?: number | undefined;
}

/** A connection that is made when it is needed, and again when it was closed. */
export class Database {
  readonly name: string;
  readonly #patienceMs: number;
  #connection: Promise<IDBDatabase> | undefined;
  #current: IDBDatabase | undefined;

  constructor({ name = 'agent-identity', patienceMs = 10_000 }: DatabaseOptions = {}) {
    this.name = name;
    this.#patienceMs = patienceMs;
  }

  /**
   * Does the work in one transaction, and resolves when that is complete. The work may wait for requests of its store and for nothing
   * else. When it throws, or the signal is aborted, nothing has changed.
   */
  async transact<T>(
    store: StoreName,
    mode: 'readonly' | 'readwrite',
    signal: AbortSignal | undefined,
    work: (store: IDBObjectStore) => Promise<T>,
  ): Promise<T> {
    try {
      const transaction = await this.#begin(store, mode, signal);
      return await completed(transaction, transaction.objectStore(store), work, signal);
    } catch (error) {
      throw error instanceof HostError ? error : failure(mode === 'readonly' ? 'unreadable' : 'unwritable', this.name, error);
    }
  }

  /** Closes the connection; the next transaction makes another. */
  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      (database) => database.close(),
      () => undefined,
    );
  }

  async #begin(store: StoreName, mode: IDBTransactionMode, signal: AbortSignal | undefined): Promise<IDBTransaction> {
    // A power failure must not take back what the caller was told is stored.
    const begin = (database: IDBDatabase) => database.transaction(store, mode, { durability: 'strict' });
    const database = await this.#connected(signal);
    try {
      return begin(database);
    } catch (error) {
      // Closed meanwhile: by another tab that changes the schema, or because its data were cleared.
      if ((error as DOMException).name !== 'InvalidStateError') throw error;
      this.#forget(database);
      return begin(await this.#connected(signal));
    }
  }

  #connected(signal: AbortSignal | undefined): Promise<IDBDatabase> {
    this.#connection ??= this.#connect();
    return unlessAborted(this.#connection, signal);
  }

  async #connect(): Promise<IDBDatabase> {
    try {
      const database = await this.#open(STEPS.length);
      const close = () => {
        database.close();
        this.#forget(database);
      };
      // Another tab brings a newer schema, or erases everything: it waits until this connection is closed.
      database.onversionchange = close;
      database.onclose = close;
      this.#current = database;
      return database;
    } catch (error) {
      // The next attempt may find it allowed.
      this.#connection = undefined;
      throw error;
    }
  }

  #forget(database: IDBDatabase): void {
    if (this.#current !== database) return;
    this.#current = undefined;
    this.#connection = undefined;
  }

  async #open(version: number): Promise<IDBDatabase> {
    try {
      return await opened(indexedDB.open(this.name, version), this.#patienceMs);
    } catch (error) {
      // A newer version of this package was here; what it kept for older ones can still be used.
      if ((error as DOMException).name !== 'VersionError') throw error;
      return opened(indexedDB.open(this.name), this.#patienceMs);
    }
  }
}

/** The result of a request, within its transaction. */
export function requested<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened(request: IDBOpenDBRequest, patienceMs: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    let why = 'the browser does not answer; load the page again';
    const timer = setTimeout(() => {
      reject(new Error(why));
      // Nobody waits for it any more, and open it would be in the way of other tabs.
      request.onsuccess = () => request.result.close();
    }, patienceMs);
    request.onblocked = () => (why = 'another tab holds an older version open; close it');
    request.onupgradeneeded = ({ oldVersion }) => STEPS.slice(oldVersion).forEach((step) => step(request.result));
    request.onsuccess = () => {
      clearTimeout(timer);
      resolve(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error);
    };
  });
}

async function completed<T>(
  transaction: IDBTransaction,
  store: IDBObjectStore,
  work: (store: IDBObjectStore) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const end = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser took it back'));
  });
  end.catch(() => undefined);
  // Requests that are under way fail by it. What is complete already is not taken back, and not denied either.
  const abort = () => withoutFail(() => transaction.abort());
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const result = await work(store);
    await end;
    return result;
  } catch (error) {
    abort();
    throw signal?.aborted ? stopped(signal) : error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** A transaction that has ended cannot be aborted. */
function withoutFail(work: () => void): void {
  try {
    work();
  } catch {
    // It has ended.
  }
}

/** What a browser says, by the name of its exception: its messages differ between browsers, and may quote what was stored. */
function failure(kind: HostFailure, name: string, error: unknown): HostError {
  const { name: word, message } = error as Error;
  const why = WORDS[word] ?? (word === 'Error' ? message : `the browser says ${word}`);
  return new HostError(kind, `the database ${name} cannot be used: ${why}`, { cause: error });
}

const DENIED = 'IndexedDB is denied here, as in some private windows and where site data are blocked; allow them, or keep documents in memory';

const WORDS: Record<string, string> = {
  ReferenceError: 'there is no IndexedDB here; keep documents elsewhere',
  SecurityError: DENIED,
  InvalidStateError: DENIED,
  UnknownError: 'the browser could not open its own files; free some space, or look whether the profile is damaged',
  QuotaExceededError: 'there is no space left for this site; free some and try again',
  NotFoundError: 'it was made by something else; choose another name',
  VersionError: 'it was made by a newer version of this package; update it',
  DataCloneError: 'this browser cannot keep such a value',
};
