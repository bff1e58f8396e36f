import type { Guest } from './engine/engine.js';
import type { Identity, SecretForm } from './generated/types.js';
import type { Key } from './key.js';
import { handleOf } from './resource.js';

export type { SecretForm };

/**
 * The only way a secret key leaves the component. A program that never asks for this never sees one.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Key, Reveal } = await load();
 * const key = Key.generate();
 * const secret = Reveal.privateKey(key, 'pkcs8-der');
 * const same = Key.import('pkcs8-der', secret);
 * secret.fill(0);
 * console.log(same.public().thumbprint === key.public().thumbprint); // true
 * ```
 */
export class Reveal {
  readonly #guest: Guest;

  /** @internal */
  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** The secret key as PKCS#8 v1; overwrite it after use. Errors: `auth-material-missing` for a key that a custodian keeps. */
  privateKey(key: Key, form: SecretForm): Uint8Array {
    return this.#guest.reveal.privateKey(handleOf(key), form);
  }

  /**
   * The document `auth.json` with this identity and the secret key as its member `agent_identity`; pretty JSON. Every other member of the
   * document handed in is kept as it is. Errors: `auth-material-missing`, `store-read-failed`, `runtime-id-invalid`, `task-id-invalid`,
   * `record-invalid`.
   */
  writeRecord(authJson: Uint8Array | undefined, identity: Identity, key: Key): Uint8Array {
    return this.#guest.reveal.writeRecord(authJson, identity, handleOf(key));
  }
}
