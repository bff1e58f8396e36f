/**
 * Documents in a directory, for Node and Electron's main process.
 *
 * One file per document, mode 0600, replaced by renaming a finished, synchronised copy over it: whoever reads, and whatever power or
 * process fails, the document is the old one or the new one. The Rust host's file storage does the same with the same lock and the same
 * revisions, so both can use one directory at a time.
 */

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostError, type HostFailure, type LoadedDocument, type Storage } from '../host.js';
import { refuseIfAborted, stopped } from './aborting.js';
import { checkDocument, checkName, conflict } from './document.js';
import { because, look, oversize, put, read, remove, revisionOf, sweep } from './files/directory.js';
import { LOCK, type TakeLock, openLocked } from './files/lock.js';
import { createDirectory, isOwned, modeOf, objection } from './files/permissions.js';
import { Turns } from './files/turns.js';

export type { TakeLock };

/** How a directory is used. */
export interface FileStorageOptions {
  /** Longest wait for the lock, milliseconds. It is held for file work only, so whoever holds it longer is stuck. Default: 10 000. */
  readonly patienceMs?: number | undefined;
  /**
   * Takes the lock where the platform's own way is closed: on Linux that is the program `flock`, which some containers lack. It has to
   * be an exclusive `flock` if other processes write there.
   */
  readonly lock?: TakeLock | undefined;
}

/** What is known about a stored document without reading it. */
export interface DocumentFacts {
  /** Where it is, or would be. */
  readonly path: string;
  /** Whether anything is there. */
  readonly exists: boolean;
  /** Its size in bytes. */
  readonly size: number | undefined;
  /** Its permission bits, where the platform has them. */
  readonly mode: number | undefined;
  /** Whether it belongs to the user this process runs as, where the platform tells. */
  readonly owned: boolean | undefined;
  /** Permission bits of the directory, where the platform has them. */
  readonly directoryMode: number | undefined;
  /** Why loading it would be refused, and what to do. */
  readonly problem: string | undefined;
}

/**
 * Keeps documents as files of one directory, which the first write creates with mode 0700.
 *
 * On Unix it refuses documents that are symbolic links, belong to someone else, or can be read or written by others: each error says what
 * to run. Programs that do not know the lock file are not kept out, but never see half a document.
 *
 * @example
 * ```js
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { load } from 'agent-identity';
 * import { FileStorage } from 'agent-identity/hosts/files';
 *
 * const home = await mkdtemp(join(tmpdir(), 'identity-'));
 * const component = (await load()).with({ storage: new FileStorage(home) });
 * ```
 */
export class FileStorage implements Storage {
  /** The directory, absolute. */
  readonly directory: string;
  readonly #patienceMs: number;
  readonly #lock: TakeLock | undefined;
  readonly #turns = new Turns();

  constructor(directory: string | URL, options: FileStorageOptions = {}) {
    this.directory = resolve(directory instanceof URL ? fileURLToPath(directory) : directory);
    this.#patienceMs = options.patienceMs ?? 10_000;
    this.#lock = options.lock;
  }

  /** The file of a document. Throws `unreadable` for a name that is none. */
  path(name: string): string {
    checkName(name, 'unreadable');
    return join(this.directory, name);
  }

  async load(name: string, signal?: AbortSignal): Promise<LoadedDocument | undefined> {
    const path = this.path(name);
    refuseIfAborted(signal);
    // Without the lock: a replacement is one rename, so whoever reads sees a whole document.
    const document = await this.#failing('unreadable', path, () => read(path));
    return document && { document, revision: revisionOf(document) };
  }

  async replace(name: string, expected: string | undefined, document: Uint8Array, signal?: AbortSignal): Promise<void> {
    checkName(name, 'unwritable');
    checkDocument(name, document);
    refuseIfAborted(signal);
    // Whoever comes too late already need not wait for the lock.
    await this.#expect(name, expected);
    await this.#writing(name, signal, async () => {
      await this.#expect(name, expected);
      await sweep(this.directory);
      await put(this.directory, name, document);
    });
  }

  async erase(name: string, signal?: AbortSignal): Promise<void> {
    checkName(name, 'unwritable');
    refuseIfAborted(signal);
    if (!(await this.#failing('unwritable', this.directory, () => look(this.directory)))) return;
    await this.#writing(name, signal, async () => {
      await sweep(this.directory);
      await remove(this.directory, name);
    });
  }

  /** Looks at a document without reading it, for diagnosis. */
  async inspect(name: string): Promise<DocumentFacts> {
    const path = this.path(name);
    const [found, directory] = await this.#failing('unreadable', path, async () => [await look(path), await look(this.directory)]);
    return {
      path,
      exists: found !== undefined,
      size: found?.size,
      mode: modeOf(found),
      owned: isOwned(found),
      directoryMode: modeOf(directory),
      problem: found && (objection(path, found) ?? oversize(found.size)),
    };
  }

  async #expect(name: string, expected: string | undefined): Promise<void> {
    const path = join(this.directory, name);
    const present = await this.#failing('unwritable', path, () => read(path));
    const revision = present && revisionOf(present);
    present?.fill(0);
    if (revision !== expected) throw conflict(path);
  }

  async #writing(name: string, signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
    const exclusively = async () => {
      await createDirectory(this.directory);
      const lock = await this.#locked(signal);
      try {
        refuseIfAborted(signal);
        await work();
      } finally {
        await lock.close();
      }
    };
    await this.#turns.take(() => this.#failing('unwritable', join(this.directory, name), exclusively), signal);
  }

  async #locked(signal: AbortSignal | undefined) {
    const patience = new AbortController();
    const give = () => patience.abort();
    const timer = setTimeout(give, this.#patienceMs);
    if (signal?.aborted) give();
    signal?.addEventListener('abort', give, { once: true });
    try {
      return await openLocked(join(this.directory, LOCK), patience.signal, this.#lock);
    } catch (error) {
      if (signal?.aborted) throw stopped(signal);
      const stuck = `another process has held the lock file ${LOCK} for ${this.#patienceMs / 1000} s; end it and try again`;
      throw new Error(patience.signal.aborted ? stuck : `its lock file ${LOCK} cannot be used: ${because(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', give);
    }
  }

  async #failing<T>(failure: HostFailure, path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof HostError) throw error;
      const what = failure === 'unreadable' ? 'read' : 'written';
      throw new HostError(failure, `${path} cannot be ${what}: ${because(error)}`, { cause: error });
    }
  }
}
