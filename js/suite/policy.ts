/** `script-src 'self' 'wasm-unsafe-eval'` is enough, and nothing less is hidden. */

import type { Case } from './case.js';
import type { Environment, Library } from './environment.js';
import { equal, that, thrown } from './expect.js';

export function policy({ package: { load } }: Library, { hasPolicy, frame }: Environment): Case[] {
  const works = {
    name: 'policy: the package works where no text is made into code',
    run: async () => {
      // `eval` shows that the policy is in force.
      that((await thrown(() => (0, eval)('1'))) instanceof EvalError, 'the policy is not in force');
      const key = (await load()).Key.generate();
      that(key.public().ssh.startsWith('ssh-ed25519 '), 'no key');
      key.dispose();
    },
  };
  const isRefused = {
    name: 'policy: without leave for WebAssembly loading is refused with a reason',
    run: async () => equal(await frame?.('forbidden.html'), 'component-unsupported'),
  };
  return [...(hasPolicy ? [works] : []), ...(frame ? [isRefused] : [])];
}

/** To be tried last: what was refused during all of the suite. */
export function violations(environment: Environment): Case[] {
  const { violations: seen } = environment;
  if (!environment.hasPolicy || !seen) return [];
  const isOfTheTest = (one: string) => one === 'script-src eval';
  return [{ name: 'policy: nothing that the package did was refused', run: () => equal(seen().filter((one) => !isOfTheTest(one)), []) }];
}
