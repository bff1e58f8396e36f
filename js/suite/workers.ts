/** One module for many threads: it is compiled once, posted, and an instance of its own wherever it arrives. */

import type { Case } from './case.js';
import type { Environment, Library } from './environment.js';
import { equal } from './expect.js';

const WORKERS = 2;
const HEADERS = 50;

export function workers({ package: { load }, guest }: Library, { signElsewhere }: Environment): Case[] {
  if (!signElsewhere) return [];
  return [
    {
      name: 'workers: a module that is posted to workers signs in each, with a key that was handed over',
      run: async () => {
        const module = await WebAssembly.compile(await guest());
        const component = await load(module);
        const seed = crypto.getRandomValues(new Uint8Array(32));
        const key = component.Key.import('seed', seed);
        const verifying = component.VerifyingKey.import('raw', key.public().raw);
        const signed = await Promise.all(Array.from({ length: WORKERS }, () => signElsewhere({ module, seed, count: HEADERS })));
        for (const headers of signed) {
          equal(headers.length, HEADERS);
          for (const header of headers) component.Verifier.verifyAssertion(header, verifying);
        }
        [key, verifying].forEach((one) => one.dispose());
      },
    },
  ];
}
