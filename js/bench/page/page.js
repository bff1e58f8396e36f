// Measures in this page, as the query says: how it starts, or how fast it is then. `findings` is what came of it, as JSON.

import { engines } from '../engines.js';
import { EFFORTS, measure } from '../harness.js';
import { ours, webCrypto } from '../subjects.js';

const asked = new URLSearchParams(location.search);

/** The browser was just given an empty cache: everything is fetched. */
async function start() {
  const begun = performance.now();
  const { load } = await import(`../../dist/${asked.get('entry')}`);
  const imported = performance.now();
  const { Assertion, Key } = await load();
  const loaded = performance.now();
  Assertion.authorize(Key.generate(), 'agent', 'task');
  const ended = performance.now();
  return { import: imported - begun, load: loaded - imported, 'first-header': ended - loaded, all: ended - begun };
}

async function rows() {
  const paths = ['web', 'compact/web', 'hosts/web-crypto'];
  const [{ load }, { load: loadCompact }, { WebCryptoCustodian }] = await Promise.all(paths.map((path) => import(`../../dist/${path}.js`)));
  const custodian = new WebCryptoCustodian({ ephemeral: true });
  const subjects = [...(await ours(await load(), custodian, await custodian.generate('bench'))), ...engines({ component: await load(), compact: await loadCompact() }), ...(await webCrypto())];
  return measure(subjects, EFFORTS[asked.get('effort')]);
}

const told = asked.get('what') === 'start' ? start() : rows();
globalThis.findings = told.then(
  (found) => JSON.stringify({ userAgent: navigator.userAgent, found }),
  (error) => JSON.stringify({ failed: `${error}\n${error?.stack}` }),
);
