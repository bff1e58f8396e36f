// Stores a key and a document, or uses those that a page before this one stored.

import { IndexedDbStorage } from '../../dist/hosts/indexed-db.js';
import { WebCryptoCustodian } from '../../dist/hosts/web-crypto.js';
import { ENGINES } from './engines.js';

const { load } = await import(`../../dist/${ENGINES[new URLSearchParams(location.search).get('engine')].web}`);

const [storage, custodian] = [new IndexedDbStorage({ name: 'reload' }), new WebCryptoCustodian({ name: 'reload' })];
const document = (await storage.load('reload.json'))?.document;

const STEPS = {
  store: async () => {
    const kept = await custodian.generate('reloaded');
    await storage.replace('reload.json', undefined, new TextEncoder().encode('kept'));
    return { publicKey: await nameOf(kept), text: 'kept' };
  },
  use: async () => {
    const kept = await custodian.open('reloaded');
    const component = (await load()).with({ custodian });
    const key = component.Key.custodial(kept);
    const agent = component.Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example', runTask: 'task' });
    const [[, header]] = await agent.authorize();
    component.Verifier.verifyAssertion(header, component.VerifyingKey.import('raw', kept.publicKey));
    return { publicKey: await nameOf(kept), text: new TextDecoder().decode(document), isVerified: true, isExtractable: await isExtractable() };
  },
};

async function nameOf({ publicKey }) {
  return (await load()).VerifyingKey.import('raw', publicKey).public().thumbprint;
}

function isExtractable() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('reload');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const reading = opening.result.transaction('keys').objectStore('keys').get('reloaded');
      reading.onsuccess = () => resolve(reading.result.privateKey.extractable);
      reading.onerror = () => reject(reading.error);
    };
  });
}

const step = STEPS[new URLSearchParams(location.search).get('step')];
parent.postMessage(await step().catch((error) => `${error}`), location.origin);
