/** The hosts of the package that a runtime can use without files. */

import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { equal } from '../expect.js';
import { custodianCases } from './custodian.js';
import { indexedDbCases } from './indexed-db.js';
import { ladderCases } from './ladder.js';
import { fails, storageCases } from './storage.js';

export function hosts(library: Library): Case[] {
  return [
    ...custodianCases('web-crypto in memory', library, async () => {
      const { WebCryptoCustodian } = await library.host('web-crypto');
      return new WebCryptoCustodian({ ephemeral: true });
    }),
    { name: 'web-crypto: where Ed25519 is missing it says so', run: () => withoutEd25519(library) },
    ...storageCases('memory', async () => new (await library.host('memory')).MemoryStorage()),
    ...ladderCases(library),
    ...indexedDbCases(library),
  ];
}

/** As in browsers before they had it. */
async function withoutEd25519(library: Library): Promise<void> {
  const { WebCryptoCustodian } = await library.host('web-crypto');
  const custodian = new WebCryptoCustodian({ ephemeral: true });
  const prototype = SubtleCrypto.prototype;
  const { generateKey } = prototype;
  prototype.generateKey = (async () => {
    throw new DOMException('Unrecognized name.', 'NotSupportedError');
  }) as unknown as typeof generateKey;
  try {
    const { message } = await fails('unsupported', () => custodian.generate('main'));
    equal(/Ed25519 in WebCrypto/.test(message), true, message);
  } finally {
    prototype.generateKey = generateKey;
  }
}
