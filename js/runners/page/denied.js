// A page without an origin of its own is denied every storage, as in some private windows.

import { indexedDbOrMemory } from '../../dist/hosts/indexed-db.js';
import { WebCryptoCustodian } from '../../dist/hosts/web-crypto.js';
import { ENGINES } from './engines.js';

const { load } = await import(`../../dist/${ENGINES[new URLSearchParams(location.search).get('engine')].web}`);

async function findings() {
  const { storage, report } = await indexedDbOrMemory();
  const component = (await load()).with({ storage });
  const key = component.Key.generate();
  const header = component.Assertion.authorize(key, 'agent', 'task');
  const keyRefused = await new WebCryptoCustodian().generate('denied').then(
    () => 'kept',
    (error) => error.failure ?? String(error),
  );
  return { chosen: report.chosen, failed: String(report), worked: header.startsWith('AgentAssertion '), keyRefused };
}

// There is no origin to name.
parent.postMessage(await findings().catch((error) => ({ chosen: String(error) })), '*');
