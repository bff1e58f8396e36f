/** Ed25519 private keys as PKCS#8, by the rules of §2: strict, no trailing byte (K4, K5, K8, K10). */

import { HostError } from '../../host.js';

/** The forms that a custodian takes keys in, as `Key.import` calls them. */
export type ImportForm = 'seed' | 'pkcs8-der' | 'pkcs8-pem';

/** A key as it was read. */
export interface Imported {
  /** PKCS#8 v1, the form that every platform takes. It is the secret. */
  readonly pkcs8: Uint8Array<ArrayBuffer>;
  /** The public key that a v2 document attaches. It must be that of the secret one (K7). */
  readonly attached: Uint8Array | undefined;
}

/** What precedes the 32 bytes of the seed; outer length and version are filled in. */
const HEAD = [0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/** Reads a key. Throws `failed` when it is none. */
export function readKey(form: ImportForm, data: Uint8Array): Imported {
  if (Object.prototype.toString.call(data) !== '[object Uint8Array]') throw new HostError('failed', 'the key is not a Uint8Array');
  const read = { seed: readSeed, 'pkcs8-der': readDer, 'pkcs8-pem': readPem }[form];
  if (!read) throw new HostError('failed', 'a key is imported as seed, pkcs8-der or pkcs8-pem');
  const found = read(data);
  if (!found) throw new HostError('failed', `the key is not an Ed25519 private key as ${form}; export it in that form`);
  return found;
}

/** What is thrown when a document attaches the public key of another one. */
export function refuseUnlessOwn(publicKey: Uint8Array, attached: Uint8Array | undefined): void {
  if (!attached || attached.every((byte, index) => byte === publicKey[index])) return;
  throw new HostError('failed', 'the public key attached to the private key belongs to another key');
}

function readSeed(seed: Uint8Array): Imported | undefined {
  return seed.length === 32 ? { pkcs8: Uint8Array.of(...HEAD, ...seed), attached: undefined } : undefined;
}

function readDer(der: Uint8Array): Imported | undefined {
  const version = der[4];
  // Short-form lengths are below 128; the longest document of K5 has 116 bytes.
  const isKey = der.length < 128 && HEAD.every((byte, at) => der[at] === (at === 1 ? der.length - 2 : at === 4 ? version : byte));
  if (!isKey || der.length < 48) return undefined;
  const rest = afterAttributes(der.subarray(48));
  const pkcs8 = Uint8Array.of(...HEAD, ...der.subarray(16, 48));
  if (version === 0 && rest.length === 0) return { pkcs8, attached: undefined };
  const hasPublicKey = version === 1 && rest.length === 35 && rest[0] === 0x81 && rest[1] === 0x21 && rest[2] === 0;
  return hasPublicKey ? { pkcs8, attached: rest.slice(3) } : undefined;
}

/** Attributes are skipped unread (K4). */
function afterAttributes(rest: Uint8Array): Uint8Array {
  const [tag, length = 0x80] = rest;
  return tag === 0xa0 && length < 0x80 && rest.length >= 2 + length ? rest.subarray(2 + length) : rest;
}

const PEM = /^\s*-----BEGIN PRIVATE KEY-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END PRIVATE KEY-----\s*$/;

function readPem(text: Uint8Array): Imported | undefined {
  const [, body] = (text.length <= 8192 && PEM.exec(String.fromCharCode(...text))) || [];
  if (!body) return undefined;
  const base64 = body.replace(/[\r\n]/g, '');
  if (base64.length % 4 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const der = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const found = readDer(der);
  der.fill(0);
  return found;
}
