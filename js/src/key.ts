import type { Guest } from './engine/engine.js';
import type { CustodyCheck, PrivateForm, PublicForm, PublicForms } from './generated/types.js';
import { HANDLE, Resource } from './resource.js';

export type { CustodyCheck, PrivateForm, PublicForm, PublicForms };

/**
 * A signing key: held in the component, or kept by a custodian of the host. Secrets are overwritten when it is disposed of.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Key } = await load();
 * const key = Key.generate();
 * try {
 *   const { ssh, thumbprint } = key.public();
 *   console.log(ssh, thumbprint);
 * } finally {
 *   key.dispose();
 * }
 * ```
 */
export class Key extends Resource {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest, handle: ConstructorParameters<typeof Resource>[0]) {
    super(handle);
    this.#guest = guest;
  }

  /** The public half. */
  public(): PublicForms {
    return this.#guest.keys.key.public(this[HANDLE]);
  }

  /** The custodian's name for the key; `undefined` when the key is held in the component. */
  custodianKeyId(): string | undefined {
    return this.#guest.keys.key.custodianKeyId(this[HANDLE]);
  }
}

/**
 * A public key, ready to verify with.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { VerifyingKey } = await load();
 * const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs';
 * const key = VerifyingKey.import('ssh', new TextEncoder().encode(line));
 * console.log(key.public().thumbprint);
 * ```
 */
export class VerifyingKey extends Resource {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest, handle: ConstructorParameters<typeof Resource>[0]) {
    super(handle);
    this.#guest = guest;
  }

  /** The key in every form. */
  public(): PublicForms {
    return this.#guest.keys.verifyingKey.public(this[HANDLE]);
  }
}

/** A key that a custodian keeps. */
export interface CustodialKey {
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array;
  /** The custodian's own name for it. */
  readonly keyId: string;
  /** Which signatures are verified before they are used. Default: `first`. */
  readonly check?: CustodyCheck | undefined;
}

/**
 * Makes signing keys.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Key } = await load();
 * const key = Key.generate();
 * console.log(key.public().ssh);
 * key.dispose();
 * ```
 */
export class Keys {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** A new key from 32 bytes of the random source. Errors: `random-failed`. */
  generate(): Key {
    return new Key(this.#guest, this.#guest.keys.key.generate());
  }

  /**
   * Reads a private key of at most 8192 bytes; texts are given as UTF-8. Errors: `key-malformed`, `key-not-base64`, `key-not-pkcs8`,
   * `key-wrong-algorithm`, `key-pair-mismatch`, `key-form-unsupported`.
   */
  import(form: PrivateForm, data: Uint8Array): Key {
    return new Key(this.#guest, this.#guest.keys.key.import(form, data));
  }

  /**
   * A key that the host keeps: the component prepares the bytes, the custodian of the host signs them. Errors: `key-public-invalid`.
   */
  custodial({ publicKey, keyId, check = 'first' }: CustodialKey): Key {
    return new Key(this.#guest, this.#guest.keys.key.custodial(publicKey, keyId, check));
  }
}

/**
 * Reads public keys.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Key, VerifyingKey } = await load();
 * const { raw } = Key.generate().public();
 * const key = VerifyingKey.import('raw', raw);
 * console.log(key.public().jwk);
 * ```
 */
export class VerifyingKeys {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** Reads a public key: canonical, on the curve, not of small order. Texts are given as UTF-8. Errors: `key-public-invalid`. */
  import(form: PublicForm, data: Uint8Array): VerifyingKey {
    return new VerifyingKey(this.#guest, this.#guest.keys.verifyingKey.import(form, data));
  }
}
