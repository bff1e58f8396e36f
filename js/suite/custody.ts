/** Keys that never enter the component, and in browsers never leave the browser. */

import { type Backend, POST, verified } from './authority/backend.js';
import type { Case } from './case.js';
import type { Environment, KeyMaker, Library, Package, Place } from './environment.js';
import { equal, refused, that, thrown } from './expect.js';

export function custody(library: Library, environment: Environment, backend: Backend | undefined): Case[] {
  return environment.custodians.flatMap((place) => [
    signs(library, place),
    isChecked(library, place),
    ...(backend ? [worksEndToEnd(library, backend, place)] : []),
    ...(place.name === 'web-crypto in IndexedDB' ? [isNotExtractable(library, place)] : []),
  ]);
}

function signs({ package: { load } }: Library, { name, open }: Place<KeyMaker>): Case {
  return {
    name: `custody: a key of ${name} signs what is verified, and nothing else`,
    run: async () => {
      const custodian = await open();
      const { agent, key, kept, end } = await custodial(await load(), custodian, 'signs', { runTask: 'task' });
      const { Verifier, VerifyingKey } = await load();
      const [[, header]] = (await agent.authorize()) as [[string, string]];
      Verifier.verifyAssertion(header, VerifyingKey.import('raw', kept.publicKey));
      equal(key.custodianKeyId(), 'signs');
      await refused('auth-material-missing', async () => (await load()).Reveal.privateKey(key, 'pkcs8-base64'));
      const foreign = new TextEncoder().encode('anything else that somebody wants to have signed');
      that((await thrown(() => custodian.sign('signs', foreign))) instanceof Error, 'it signs anything');
      that((await thrown(() => custodian.generate('signs'))) instanceof Error, 'it replaced a key');
      end();
    },
  };
}

function isChecked({ package: { load } }: Library, { name, open }: Place<KeyMaker>): Case {
  return {
    name: `custody: a wrong signature of ${name} never leaves`,
    run: async () => {
      const custodian = await open();
      const wrong: Package.Custodian = {
        sign: async (...asked) => {
          const signature = await custodian.sign(...asked);
          signature[40]! ^= 1;
          return signature;
        },
      };
      const component = await load();
      const kept = await custodian.generate('checked');
      const key = component.Key.custodial(kept);
      const open_ = { agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example', runTask: 'task' };
      const agent = component.with({ custodian: wrong }).Agent.open(open_);
      await refused('signature-invalid', () => agent.authorize());
      const without = component.with({ custodian: undefined }).Agent.open(open_);
      await refused('signature-invalid', () => without.authorize());
      for (const one of [agent, without, key]) one.dispose();
    },
  };
}

function worksEndToEnd({ package: { load } }: Library, backend: Backend, { name, open }: Place<KeyMaker>): Case {
  return {
    name: `custody: a key of ${name} registers, has a task and signs requests`,
    run: async () => {
      const component = await load();
      const custodian = await open();
      const kept = await custodian.generate('end-to-end');
      const key = component.Key.custodial(kept);
      const { authapiBase } = backend;
      const [accountId, chatgptUserId] = [`acct-${name.replace(/\W/g, '-')}`, 'user'];
      const accessToken = await backend.accessToken(accountId, chatgptUserId);
      const registration = { authapiBase, key, description: { source: 'cli', os: 'web' }, accessToken };
      const agentRuntimeId = await component.Agent.register(registration);
      const agent = component.with({ custodian }).Agent.open({ agentRuntimeId, key, authapiBase, accountId, chatgptUserId });
      // Every second task id is sealed, and this custodian opens none (design, keys).
      const first = await agent.ensureTask().catch((error: unknown) => error as Package.AgentIdentityError);
      if (typeof first !== 'string') {
        equal([first.code, first.cause], ['sealed-open-failed', 'custodian']);
        await agent.ensureTask();
      }
      await verified(await agent.fetch(backend.responses, POST));
      agent.dispose();
      key.dispose();
    },
  };
}

/** What the browser keeps, looked at as any script of the page could. */
function isNotExtractable(library: Library, { open }: Place<KeyMaker>): Case {
  return {
    name: 'custody: no script can read the key that is kept, neither from the database nor from a copy',
    run: async () => {
      const custodian = await open();
      await custodian.generate('locked');
      const { privateKey } = await fromDatabase('locked');
      that(privateKey instanceof CryptoKey, 'what is kept is no CryptoKey');
      for (const key of [privateKey, structuredClone(privateKey)]) {
        equal([key.type, key.extractable, key.usages], ['private', false, ['sign']]);
        for (const format of ['pkcs8', 'jwk', 'raw'] as const) {
          const error = (await thrown(() => crypto.subtle.exportKey(format, key))) as DOMException;
          that(['InvalidAccessError', 'NotSupportedError', 'OperationError'].includes(error.name), `${format}: ${error.name}`);
        }
      }
      const { WebCryptoCustodian } = await library.host('web-crypto');
      that(!JSON.stringify(new WebCryptoCustodian()).includes('locked'), 'its JSON tells keys');
    },
  };
}

/** The entry of a key in the database of the suite. */
async function fromDatabase(keyId: string): Promise<{ privateKey: CryptoKey }> {
  const result = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await result(indexedDB.open('suite'));
  const entry = await result(database.transaction('keys').objectStore('keys').get(keyId));
  database.close();
  return entry;
}

async function custodial(component: Package.Component, custodian: KeyMaker, keyId: string, more: { runTask: string }) {
  const kept = await custodian.generate(keyId);
  const key = component.Key.custodial(kept);
  const agent = component.with({ custodian }).Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example', ...more });
  const end = () => {
    agent.dispose();
    key.dispose();
  };
  return { kept, key, agent, end };
}
