/**
 * Documents in files that Electron's `safeStorage` encrypts, for Electron's main process: the key is kept by the Keychain, by DPAPI, or
 * by the Linux desktop's keyring.
 */

import { join } from 'node:path';
import { HostError, type HostFailure, type LoadedDocument, type Storage } from '../host.js';
import { refuseIfAborted, unlessAborted } from './aborting.js';
import { checkDocument, checkName } from './document.js';
import { FileStorage, type FileStorageOptions } from './files.js';
import { revisionOf } from './files/directory.js';

/** The part of Electron's `safeStorage` that is used. Electron before the asynchronous calls lacks those that are optional here. */
export interface SafeStorageApi {
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(plainText: string): Promise<Uint8Array>;
  decryptStringAsync?(encrypted: Buffer): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }>;
  isEncryptionAvailable(): boolean;
  encryptString(plainText: string): Uint8Array;
  decryptString(encrypted: Buffer): string;
  /** On Linux only. */
  getSelectedStorageBackend?(): string;
}

/** How documents are encrypted. */
export interface SafeStorageOptions extends FileStorageOptions {
  /** Electron's own: `import { safeStorage } from 'electron'`. */
  readonly safeStorage: SafeStorageApi;
  /** Folder of the documents, such as `app.getPath('userData')`. They are kept in `safe-storage` in it, apart from plain ones. */
  readonly directory: string;
  /** Also where there is no keyring and Chromium encrypts with a key that every program knows. Default: refused. */
  readonly allowBasicText?: boolean | undefined;
  /** Also with the calls of older Electrons, which block the whole program while a keyring asks its user. Default: refused. */
  readonly allowSync?: boolean | undefined;
}

/**
 * Keeps documents encrypted by Electron's `safeStorage`: files of mode 0600, replaced atomically. Whoever can write them can neither read
 * them nor pass one off as another, for each is sealed together with its name. Use it after `app` is ready.
 *
 * @example
 * ```js
 * import { app, safeStorage } from 'electron';
 * import { load } from 'agent-identity';
 * import { SafeStorage } from 'agent-identity/hosts/safe-storage';
 *
 * await app.whenReady();
 * const storage = new SafeStorage({ safeStorage, directory: app.getPath('userData') });
 * const component = (await load()).with({ storage });
 * ```
 */
export class SafeStorage implements Storage {
  /** The directory of the files, absolute. */
  readonly directory: string;
  readonly #files: FileStorage;
  readonly #api: SafeStorageApi;
  readonly #allowed: { readonly basicText: boolean; readonly sync: boolean };

  constructor({ safeStorage, directory, allowBasicText = false, allowSync = false, ...options }: SafeStorageOptions) {
    this.#files = new FileStorage(join(directory, 'safe-storage'), options);
    this.directory = this.#files.directory;
    this.#api = safeStorage;
    this.#allowed = { basicText: allowBasicText, sync: allowSync };
  }

  async load(name: string, signal?: AbortSignal): Promise<LoadedDocument | undefined> {
    const sealed = await this.#files.load(name, signal);
    if (!sealed) return undefined;
    const { result, shouldReEncrypt } = await this.#using('unreadable', name, signal, () => this.#decrypt(sealed.document));
    const document = this.#opened(name, result);
    if (!shouldReEncrypt) return { document, revision: sealed.revision };
    return { document, revision: await this.#sealAgain(name, sealed.revision, document) };
  }

  async replace(name: string, expected: string | undefined, document: Uint8Array, signal?: AbortSignal): Promise<void> {
    checkName(name, 'unwritable');
    checkDocument(name, document);
    // The revision is that of the sealed file: nothing is decrypted, and no lock is held while the keyring is awaited.
    const sealed = await this.#using('unwritable', name, signal, () => this.#encrypt(textOf(name, document)));
    await this.#files.replace(name, expected, sealed, signal);
  }

  async erase(name: string, signal?: AbortSignal): Promise<void> {
    await this.#files.erase(name, signal);
  }

  /** The key was rotated, or a stronger one is there. That the document stays as it was is no failure of reading it. */
  async #sealAgain(name: string, revision: string, document: Uint8Array): Promise<string> {
    try {
      const sealed = await this.#encrypt(textOf(name, document));
      await this.#files.replace(name, revision, sealed);
      return revisionOf(sealed);
    } catch {
      return revision;
    }
  }

  #opened(name: string, text: string): Uint8Array {
    const head = headOf(name);
    if (!text.startsWith(head)) {
      throw new HostError('unreadable', `${this.#files.path(name)} is another document, or none of ours; move it away`);
    }
    const document = Buffer.from(text.slice(head.length), 'base64');
    return new Uint8Array(document);
  }

  async #using<T>(failure: HostFailure, name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    refuseIfAborted(signal);
    try {
      return await unlessAborted(this.#refuseUnlessSafe().then(work), signal);
    } catch (error) {
      if (error instanceof HostError && error.failure === 'cancelled') throw error;
      const why = error instanceof Unsafe ? error.message : 'safeStorage refused; look whether the keyring is unlocked';
      const what = failure === 'unreadable' ? 'read' : 'written';
      throw new HostError(failure, `${this.#files.path(name)} cannot be ${what}: ${why}`, { cause: error });
    }
  }

  async #refuseUnlessSafe(): Promise<void> {
    const { isAsyncEncryptionAvailable } = this.#api;
    if (!isAsyncEncryptionAvailable && !this.#allowed.sync) {
      throw new Unsafe('this Electron has no asynchronous safeStorage; take a newer one, or say allowSync');
    }
    const isAvailable = isAsyncEncryptionAvailable ? await isAsyncEncryptionAvailable.call(this.#api) : this.#api.isEncryptionAvailable();
    if (!isAvailable) throw new Unsafe('safeStorage is not available; wait for app.whenReady(), and look whether the keyring is unlocked');
    // Where it cannot be asked the system keeps the key.
    const backend = process.platform === 'linux' ? this.#api.getSelectedStorageBackend?.() : undefined;
    if (backend === 'unknown') throw new Unsafe('which keyring is used is not known before app.whenReady(); wait for it');
    if (backend === 'basic_text' && !this.#allowed.basicText) {
      throw new Unsafe('there is no keyring, and basic_text hides nothing; install one, keep documents elsewhere, or say allowBasicText');
    }
  }

  async #encrypt(text: string): Promise<Uint8Array> {
    const { encryptStringAsync } = this.#api;
    return new Uint8Array(encryptStringAsync ? await encryptStringAsync.call(this.#api, text) : this.#api.encryptString(text));
  }

  async #decrypt(sealed: Uint8Array): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }> {
    const bytes = Buffer.from(sealed);
    if (this.#api.decryptStringAsync) return this.#api.decryptStringAsync(bytes);
    return { result: this.#api.decryptString(bytes), shouldReEncrypt: false };
  }
}

/** Why nothing may be entrusted to `safeStorage` here. */
class Unsafe extends Error {}

/** The name is sealed with the document, so that files cannot be exchanged for each other. */
const headOf = (name: string): string => `agent-identity 1 ${name} `;

function textOf(name: string, document: Uint8Array): string {
  return headOf(name) + Buffer.from(document.buffer, document.byteOffset, document.length).toString('base64');
}
