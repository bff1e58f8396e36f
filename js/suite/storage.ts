/** What is stored outlives the instance, the connection and the page. */

import { type Backend, POST, verified } from './authority/backend.js';
import type { Case } from './case.js';
import type { Environment, Library, Package, Place } from './environment.js';
import { equal, refused, that } from './expect.js';

type Storage = Package.Storage & { close?(): void };

const LOGIN = { accountId: 'acct-stored', chatgptUserId: 'user-stored', planType: 'plus', fedramp: false };

export function storage(library: Library, environment: Environment, backend: Backend | undefined): Case[] {
  return [
    ...environment.storages.flatMap((place) => [
      keepsDocuments(place),
      ...(backend ? [survivesRestart(library, backend, place)] : []),
    ]),
    ...(environment.frame ? inFrames(environment.frame) : []),
  ];
}

function keepsDocuments({ name, open }: Place<Storage>): Case {
  return {
    name: `storage: ${name} keeps documents for whoever opens it next, and notices another writer`,
    run: async () => {
      const [one, other] = [await open(), await open()];
      await one.erase('case.json');
      const document = (text: string) => new TextEncoder().encode(text);
      equal(await other.load('case.json'), undefined);
      await one.replace('case.json', undefined, document('{"first":1}'));
      const found = await other.load('case.json');
      equal(new TextDecoder().decode(found?.document), '{"first":1}');
      await other.replace('case.json', found?.revision, document('{"second":2}'));
      equal(await failureOf(() => one.replace('case.json', found?.revision, document('{}'))), 'conflict');
      equal(await failureOf(() => one.replace('case.json', undefined, document('{}'))), 'conflict');
      one.close?.();
      other.close?.();
      const last = await open();
      equal(new TextDecoder().decode((await last.load('case.json'))?.document), '{"second":2}');
      await last.erase('case.json');
      equal(await last.load('case.json'), undefined);
      last.close?.();
    },
  };
}

function survivesRestart({ package: { load }, guest }: Library, backend: Backend, { name, open }: Place<Storage>): Case {
  return {
    name: `storage: an identity in ${name} signs on after a restart, and nothing is registered again`,
    run: async () => {
      const { authapiBase } = backend;
      const accessToken = await backend.accessToken(LOGIN.accountId, LOGIN.chatgptUserId);
      const before = await open();
      const first = (await load()).with({ storage: before }).Enrollment.open({ authapiBase });
      const agent = await first.bootstrap({ ...LOGIN, accessToken });
      const { agentRuntimeId } = agent;
      await verified(await agent.fetch(backend.responses, POST));
      first.dispose();
      before.close?.();

      const after = await open();
      const second = (await load(await guest())).with({ storage: after }).Enrollment.open({ authapiBase });
      const found = await second.load();
      equal(found.agentRuntimeId, agentRuntimeId);
      await verified(await found.fetch(backend.responses, POST));
      equal((await backend.tasksOf(agentRuntimeId)).length, 1, 'tasks');
      await second.logout();
      await refused('auth-material-missing', () => second.load());
      second.dispose();
      after.close?.();
    },
  };
}

/** What only a page can try. */
function inFrames(frame: NonNullable<Environment['frame']>): Case[] {
  return [
    {
      name: 'storage: a key and documents survive a reload of the page',
      run: async () => {
        const stored = await frame('reload.html?step=store');
        const found = await frame('reload.html?step=use');
        that(stored.publicKey?.length === 43, JSON.stringify(stored));
        equal(found, { ...stored, isVerified: true, isExtractable: false });
      },
    },
    {
      name: 'storage: where storage is denied, documents stay in memory, and the report says so',
      run: async () => {
        const { chosen, failed, worked, keyRefused } = await frame('denied.html', true);
        equal(chosen, 'memory');
        that(/indexed-db/.test(failed), `the report is ${failed}`);
        equal(worked, true, 'signing with a key in memory');
        that(keyRefused === 'unsupported' || keyRefused === 'unwritable' || keyRefused === 'unreadable', `a key that cannot be kept was ${keyRefused}`);
      },
    },
  ];
}

/** Which failure of a host a call rejects with. */
async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  return call().then(
    () => 'nothing',
    (error) => (error as Package.HostError).failure ?? error,
  );
}
