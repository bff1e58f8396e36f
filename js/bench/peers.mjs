// Other libraries, each as its documentation says, with keys that are there.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TEXT } from './subjects.js';

/** Raw signatures of each, from the folder they are installed in. */
export async function peers(folder) {
  const found = createRequire(join(folder, 'package.json'));
  const take = async (name) => {
    const module = await import(pathToFileURL(found.resolve(name)).href);
    return module.default ?? module;
  };
  return [...noble(await take('@noble/curves/ed25519.js')), ...(await libsodium(await take('libsodium-wrappers'))), ...tweetnacl(await take('tweetnacl'))];
}

function noble({ ed25519 }) {
  const { secretKey, publicKey } = ed25519.keygen();
  const signature = ed25519.sign(TEXT, secretKey);
  return [
    { name: 'sign/noble', call: () => ed25519.sign(TEXT, secretKey) },
    // As strict as ours: without `zip215: false` it takes keys of small order.
    { name: 'verify/noble', call: () => ed25519.verify(signature, TEXT, publicKey, { zip215: false }) },
  ];
}

async function libsodium(sodium) {
  await sodium.ready;
  const { privateKey, publicKey } = sodium.crypto_sign_keypair();
  const signature = sodium.crypto_sign_detached(TEXT, privateKey);
  return [
    { name: 'sign/libsodium', call: () => sodium.crypto_sign_detached(TEXT, privateKey) },
    { name: 'verify/libsodium', call: () => sodium.crypto_sign_verify_detached(signature, TEXT, publicKey) },
  ];
}

function tweetnacl({ sign }) {
  const { secretKey, publicKey } = sign.keyPair();
  const signature = sign.detached(TEXT, secretKey);
  return [
    { name: 'sign/tweetnacl', call: () => sign.detached(TEXT, secretKey) },
    { name: 'verify/tweetnacl', call: () => sign.detached.verify(TEXT, signature, publicKey) },
  ];
}
