/** `script-src 'self' 'wasm-unsafe-eval'` is enough, and nothing less is hidden. */

import { type Case, Skip } from './case.js';
import type { Environment, Library } from './environment.js';
import { equal, that, thrown } from './expect.js';

export function policy({ package: { load } }: Library, environment: Environment): Case[] {
  return [
    {
      name: 'policy: the package works where no text is made into code',
      run: async () => {
        if (!environment.hasPolicy) throw new Skip('there is no content security policy here');
        // `eval` shows that the policy is in force. The strings are constant and harmless.
        that((await thrown(() => (0, eval)('1'))) instanceof EvalError, 'the policy is not in force');
        const key = (await load()).Key.generate();
        that(key.public().ssh.startsWith('ssh-ed25519 '), 'no key');
        key.dispose();
      },
    },
    {
      name: 'policy: without leave for WebAssembly loading is refused with a reason',
      run: async () => {
        if (!environment.loadForbidden) throw new Skip('a page with another policy cannot be opened here');
        equal(await environment.loadForbidden(), 'component-unsupported');
      },
    },
  ];
}

/** To be tried last: what was refused during all of the suite. */
export function violations(environment: Environment): Case[] {
  const { violations: seen } = environment;
  if (!environment.hasPolicy || !seen) return [];
  const isOfTheTest = (one: string) => one === 'script-src eval';
  return [{ name: 'policy: nothing that the package did was refused', run: () => equal(seen().filter((one) => !isOfTheTest(one)), []) }];
}
