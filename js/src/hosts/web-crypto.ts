/** Keys that no script can read, kept by the browser. */

import { type Custodian, HostError } from '../host.js';
import type { CustodialKey } from '../key.js';
import { refuseIfAborted, unlessAborted } from './aborting.js';
import { Database, type DatabaseOptions, requested } from './indexed-db/database.js';
import { type ImportForm, readKey, refuseUnlessOwn } from './keys/pkcs8.js';
import { refuseUnlessSignable } from './keys/signable.js';

export type { DatabaseOptions, ImportForm };

/** Where keys are kept. */
export interface WebCryptoCustodianOptions extends DatabaseOptions {
  /** In memory only: keys are gone with the page or the process. For where there is no IndexedDB, and for Node. Default: in IndexedDB. */
  readonly ephemeral?: boolean | undefined;
}

/** A key as it is kept. The private half is a handle: no script can read what is behind it. */
interface Kept {
  readonly keyId: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: Uint8Array;
}

/**
 * Keeps Ed25519 keys as non-extractable WebCrypto keys in IndexedDB, under names the caller chooses. It signs the two texts of the
 * specification's section 3 and nothing else. It cannot open sealed task ids: WebCrypto gives no X25519 form of such a key, so a
 * registration that is answered with a sealed id ends with `sealed-open-failed`.
 *
 * A script of the same origin can use the key while it runs there, and erase it, but never take it away.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { WebCryptoCustodian } from 'agent-identity/hosts/web-crypto';
 *
 * const custodian = new WebCryptoCustodian({ ephemeral: typeof indexedDB === 'undefined' });
 * const component = (await load()).with({ custodian });
 * const kept = (await custodian.open('main')) ?? (await custodian.generate('main'));
 * const key = component.Key.custodial(kept);
 * ```
 */
export class WebCryptoCustodian implements Custodian {
  readonly #keys: Keys;

  constructor({ ephemeral = false, ...database }: WebCryptoCustodianOptions = {}) {
    this.#keys = ephemeral ? new KeysInMemory() : new KeysInDatabase(new Database(database));
  }

  /**
   * Makes a key. It is kept, read back and tried before this resolves, so that no key is registered that is lost with the page. Rejects with
   * `unsupported` where the platform has no Ed25519, and with `conflict` when there is a key of that name.
   */
  async generate(keyId: string, signal?: AbortSignal): Promise<CustodialKey> {
    const made = await unlessAborted(generated(), signal);
    const publicKey = await withEd25519((subtle) => subtle.exportKey('raw', made.publicKey));
    return this.#keep({ keyId, privateKey: made.privateKey, publicKey: new Uint8Array(publicKey) }, signal);
  }

  /**
   * Takes a key, which cannot be read from here on; overwrite what it was read from. Its public key is derived, never taken from the caller.
   * Rejects like {@link generate}, and with `failed` when it is no such key.
   */
  async import(keyId: string, form: ImportForm, data: Uint8Array, signal?: AbortSignal): Promise<CustodialKey> {
    const { pkcs8, attached } = readKey(form, data);
    try {
      const publicKey = await publicKeyOf(pkcs8);
      refuseUnlessOwn(publicKey, attached);
      const privateKey = await withEd25519((subtle) => subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign']));
      return await this.#keep({ keyId, privateKey, publicKey }, signal);
    } finally {
      pkcs8.fill(0);
    }
  }

  /** A key that is kept already; `undefined` when there is none of that name. */
  async open(keyId: string, signal?: AbortSignal): Promise<CustodialKey | undefined> {
    refuseIfAborted(signal);
    const found = await this.#keys.get(keyId, signal);
    return found && { keyId, publicKey: found.publicKey.slice() };
  }

  /** Names of the keys, in order. */
  async keyIds(signal?: AbortSignal): Promise<string[]> {
    return (await this.#keys.names(signal)).sort();
  }

  /** Forgets a key; nobody can bring it back. Erasing what is not there succeeds. */
  async erase(keyId: string, signal?: AbortSignal): Promise<void> {
    await this.#keys.delete(keyId, signal);
  }

  /** 64 bytes. Some browsers sign the same text differently each time. */
  async sign(keyId: string, text: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    refuseUnlessSignable(text);
    refuseIfAborted(signal);
    const found = await this.#keys.get(keyId, signal);
    if (!found) throw new HostError('failed', 'there is no key of that name; it was erased, or the browser cleared this site');
    return unlessAborted(signature(found, text), signal);
  }

  /** Closes the connection to the database. It is opened again when it is needed. */
  close(): void {
    this.#keys.close();
  }

  async #keep(kept: Kept, signal: AbortSignal | undefined): Promise<CustodialKey> {
    const { keyId, publicKey } = kept;
    if (typeof keyId !== 'string' || !keyId) throw new HostError('failed', 'the name of a key is a string that is not empty');
    refuseIfAborted(signal);
    await this.#keys.add(kept, signal);
    try {
      const found = await this.#keys.get(keyId, signal);
      if (!found || !(await signsLike(found, publicKey))) throw new HostError('failed', 'the key that was kept does not sign; it was erased again');
      return { keyId, publicKey: publicKey.slice() };
    } catch (error) {
      await this.#keys.delete(keyId, undefined).catch(() => undefined);
      throw error;
    }
  }
}

const ED25519 = { name: 'Ed25519' };

/** Does something that needs Ed25519, and says so where there is none. */
async function withEd25519<T>(work: (subtle: SubtleCrypto) => Promise<T>): Promise<T> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (!subtle) throw new HostError('unsupported', 'there is no WebCrypto here: a page has it on https or on localhost only');
  try {
    return await work(subtle);
  } catch (error) {
    const { name } = error as Error;
    if (name !== 'NotSupportedError' && name !== 'SyntaxError') {
      const known = name === 'DataError' ? '; WebKitGTK takes no key whose first byte is zero, let the component hold such a one' : '';
      throw new HostError('failed', `WebCrypto refused: ${name}${known}`, { cause: error });
    }
    const since = 'Chromium has it since 137, Firefox since 129, Safari since 17, Node since 18';
    throw new HostError('unsupported', `this platform has no Ed25519 in WebCrypto (${since}); let the component hold the key`, { cause: error });
  }
}

/** WebKitGTK's library fails with one key in a hundred, those that begin with a zero byte; the next one is as good. */
async function generated(attempts = 8): Promise<CryptoKeyPair> {
  try {
    return (await withEd25519((subtle) => subtle.generateKey(ED25519, false, ['sign', 'verify']))) as CryptoKeyPair;
  } catch (error) {
    const isChance = ((error as HostError).cause as Error | undefined)?.name === 'OperationError';
    if (!isChance || attempts === 1) throw error;
    return generated(attempts - 1);
  }
}

async function signature({ privateKey }: Kept, text: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await withEd25519((subtle) => subtle.sign(ED25519, privateKey, text as Uint8Array<ArrayBuffer>)));
}

/** Whether a key signs for the public one. Nothing is assumed about a signature but that it verifies. */
async function signsLike(kept: Kept, publicKey: Uint8Array): Promise<boolean> {
  const text = new TextEncoder().encode('agent-identity: does this key sign?');
  const signed = (await signature(kept, text)) as Uint8Array<ArrayBuffer>;
  return withEd25519(async (subtle) => {
    const key = await subtle.importKey('raw', publicKey as Uint8Array<ArrayBuffer>, ED25519, false, ['verify']);
    return subtle.verify(ED25519, key, signed, text);
  });
}

/** WebCrypto tells it of an extractable key only: such a one is made for the moment. */
async function publicKeyOf(pkcs8: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { x = '' } = await withEd25519(async (subtle) => {
    const key = await subtle.importKey('pkcs8', pkcs8, ED25519, true, ['sign']);
    return subtle.exportKey('jwk', key);
  });
  return Uint8Array.from(atob(x.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}

/** Where keys are kept. */
interface Keys {
  get(keyId: string, signal: AbortSignal | undefined): Promise<Kept | undefined>;
  add(kept: Kept, signal: AbortSignal | undefined): Promise<void>;
  delete(keyId: string, signal: AbortSignal | undefined): Promise<void>;
  names(signal: AbortSignal | undefined): Promise<string[]>;
  close(): void;
}

const taken = () => new HostError('conflict', 'there is a key of that name already; erase it first or choose another name');

/** Each use looks: another tab may have erased a key. */
class KeysInDatabase implements Keys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async get(keyId: string, signal: AbortSignal | undefined): Promise<Kept | undefined> {
    const found: Partial<Kept> | undefined = await this.#database.transact('keys', 'readonly', signal, (store) => requested(store.get(keyId)));
    if (!found) return undefined;
    const { privateKey, publicKey } = found;
    if (privateKey instanceof CryptoKey && publicKey instanceof Uint8Array) return { keyId, privateKey, publicKey };
    throw new HostError('failed', `${keyId} in IndexedDB is none of our keys; erase it`);
  }

  async add(kept: Kept, signal: AbortSignal | undefined): Promise<void> {
    await this.#database.transact('keys', 'readwrite', signal, async (store) => {
      if (await requested(store.getKey(kept.keyId))) throw taken();
      await requested(store.add(kept));
    });
  }

  async delete(keyId: string, signal: AbortSignal | undefined): Promise<void> {
    await this.#database.transact('keys', 'readwrite', signal, (store) => requested(store.delete(keyId)));
  }

  async names(signal: AbortSignal | undefined): Promise<string[]> {
    return this.#database.transact('keys', 'readonly', signal, async (store) => (await requested(store.getAllKeys())).map(String));
  }

  close(): void {
    this.#database.close();
  }
}

class KeysInMemory implements Keys {
  readonly #keys = new Map<string, Kept>();

  async get(keyId: string): Promise<Kept | undefined> {
    return this.#keys.get(keyId);
  }

  async add(kept: Kept): Promise<void> {
    if (this.#keys.has(kept.keyId)) throw taken();
    this.#keys.set(kept.keyId, kept);
  }

  async delete(keyId: string): Promise<void> {
    this.#keys.delete(keyId);
  }

  async names(): Promise<string[]> {
    return [...this.#keys.keys()];
  }

  close(): void {
    // There is nothing to close.
  }
}
