/** Keys in this process, signed with by `node:crypto`. */

import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { type Custodian, HostError } from '../host.js';
import type { CustodialKey } from '../key.js';
import { refuseIfAborted } from './aborting.js';
import { type ImportForm, readKey, refuseUnlessOwn } from './keys/pkcs8.js';
import { refuseUnlessSignable } from './keys/signable.js';

export type { ImportForm };

/** A key as it is kept. */
interface Kept {
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
}

/**
 * Keeps Ed25519 keys as key objects of `node:crypto` in the memory of this process, outside the component, under names the caller chooses.
 * It signs the two texts of the specification's section 3 and nothing else. It cannot open sealed task ids, for Node has no XSalsa20:
 * a registration that is answered with a sealed id ends with `sealed-open-failed`. Where the backend seals, let the component hold the key.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { NodeCryptoCustodian } from 'agent-identity/hosts/node-crypto';
 *
 * const custodian = new NodeCryptoCustodian();
 * const component = (await load()).with({ custodian });
 * const key = component.Key.custodial(custodian.generate('main'));
 * ```
 */
export class NodeCryptoCustodian implements Custodian {
  readonly #keys = new Map<string, Kept>();

  /** Makes a key. Throws `conflict` when there is one of that name. */
  generate(keyId: string): CustodialKey {
    return this.#keep(keyId, guarded(() => generateKeyPairSync('ed25519').privateKey));
  }

  /**
   * Takes a key; overwrite what it was read from. Its public key is derived, never taken from the caller. Throws `conflict` when there is
   * one of that name, and `failed` when it is no such key.
   */
  import(keyId: string, form: ImportForm, data: Uint8Array): CustodialKey {
    const { pkcs8, attached } = readKey(form, data);
    try {
      const privateKey = guarded(() => createPrivateKey({ key: Buffer.from(pkcs8.buffer), format: 'der', type: 'pkcs8' }));
      return this.#keep(keyId, privateKey, attached);
    } finally {
      pkcs8.fill(0);
    }
  }

  /** Takes a key object: one of an engine or a token, for example. Throws like {@link import}. */
  adopt(keyId: string, privateKey: KeyObject): CustodialKey {
    if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
      throw new HostError('failed', 'the key object is not an Ed25519 private key');
    }
    return this.#keep(keyId, privateKey);
  }

  /** A key that is kept already; `undefined` when there is none of that name. */
  open(keyId: string): CustodialKey | undefined {
    const found = this.#keys.get(keyId);
    return found && { keyId, publicKey: found.publicKey.slice() };
  }

  /** Names of the keys, in order. */
  keyIds(): string[] {
    return [...this.#keys.keys()].sort();
  }

  /** Forgets a key. Erasing what is not there succeeds. */
  erase(keyId: string): void {
    this.#keys.delete(keyId);
  }

  /** 64 bytes. */
  async sign(keyId: string, text: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    refuseUnlessSignable(text);
    refuseIfAborted(signal);
    const found = this.#keys.get(keyId);
    if (!found) throw new HostError('failed', 'there is no key of that name');
    return new Uint8Array(guarded(() => sign(null, text, found.privateKey)));
  }

  #keep(keyId: string, privateKey: KeyObject, attached?: Uint8Array): CustodialKey {
    if (typeof keyId !== 'string' || !keyId) throw new HostError('failed', 'the name of a key is a string that is not empty');
    if (this.#keys.has(keyId)) {
      throw new HostError('conflict', 'there is a key of that name already; erase it first or choose another name');
    }
    const { x = '' } = guarded(() => createPublicKey(privateKey).export({ format: 'jwk' }));
    const publicKey = new Uint8Array(Buffer.from(x, 'base64url'));
    refuseUnlessOwn(publicKey, attached);
    this.#keys.set(keyId, { privateKey, publicKey });
    return { keyId, publicKey: publicKey.slice() };
  }
}

/** OpenSSL's own words may quote what it was given. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new HostError('failed', `node:crypto refused: ${(error as { code?: string }).code ?? (error as Error).name}`);
  }
}
