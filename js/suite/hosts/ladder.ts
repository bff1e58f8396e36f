/** The ladder of storages, and what becomes of documents on weaker rungs. */

import type { Storage } from '../../src/host.js';
import type * as Ladder from '../../src/hosts/ladder.js';
import type * as Memory from '../../src/hosts/memory.js';
import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { equal, refused, that } from '../expect.js';
import { bytes, fails, storageCases, store, textIn } from './storage.js';

type Hosts = typeof Ladder & typeof Memory;

export function ladderCases(library: Library): Case[] {
  const one = (name: string, run: (hosts: Hosts) => Promise<unknown>): Case => ({
    name: `ladder: ${name}`,
    run: async () => run({ ...(await library.host('ladder')), ...(await library.host('memory')) }),
  });
  return [
    one('the strongest that works is chosen, and the report says why', choosing),
    one('what was asked for by name is taken, or nothing', asking),
    one('each step of the probe can fail, and is named', steps),
    one('a probe leaves nothing behind', nothingStays),
    one('a document on a weaker rung counts, and moves up with the next change', movingUp),
    one('erasing erases on every rung', erasing),
    one('a caller that gives up gets `cancelled`', givingUp),
    ...storageCases('ladder over two rungs', async () => {
      const { StorageLadder } = (await library.host('ladder')) as typeof Ladder;
      const { MemoryStorage } = (await library.host('memory')) as typeof Memory;
      const open = () => new MemoryStorage();
      return (await new StorageLadder([{ name: 'one', open }, { name: 'two', open }]).probe()).storage;
    }),
  ];
}

const refusing = (why: string) => () => {
  throw new Error(why);
};

async function choosing({ StorageLadder, MemoryStorage }: Hosts): Promise<void> {
  const lower = new MemoryStorage();
  await store(lower, 'auth.json', bytes('x'));
  const ladder = new StorageLadder([
    { name: 'locked', open: refusing('the keyring is locked; unlock it') },
    { name: 'sound', place: 'memory of a test', open: () => new MemoryStorage() },
    { name: 'lower', open: () => lower },
  ]);
  const { report } = await ladder.probe();
  equal(report.chosen, 'sound');
  equal(String(report).split('\n'), [
    '  locked: opening it failed: the keyring is locked; unlock it',
    '* sound: works (memory of a test)',
    '  lower: not needed; the record is here',
  ]);
  equal(JSON.parse(JSON.stringify(report)).rungs[2], { name: 'lower', verdict: 'not-needed', holdsRecord: true });
}

async function asking({ StorageLadder, StorageUnavailable, MemoryStorage }: Hosts): Promise<void> {
  const ladder = new StorageLadder([
    { name: 'locked', open: refusing('locked') },
    { name: 'sound', open: () => new MemoryStorage() },
    { name: 'weaker', open: () => new MemoryStorage() },
  ]);
  equal((await ladder.probe({ only: 'weaker' })).report.chosen, 'weaker');
  for (const only of ['locked', 'unknown']) {
    const error = await refused('storage-unavailable', () => ladder.probe({ only }));
    that(error instanceof StorageUnavailable && error.report.chosen === undefined, 'no report');
    that(error.message.includes('sound: not asked for'), error.message);
  }
}

async function steps({ StorageLadder, MemoryStorage }: Hosts): Promise<void> {
  const failing = async () => {
    throw new Error('no');
  };
  const faults: [step: string, fault: object][] = [
    ['write', { replace: failing }],
    ['read-back', { load: failing }],
    ['read-back', { load: async () => undefined }],
    ['read-back', { load: async () => ({ document: bytes('other'), revision: '1' }) }],
    ['erase', { erase: failing }],
  ];
  for (const [step, fault] of faults) {
    const ladder = new StorageLadder([{ name: 'faulty', open: () => Object.assign(new MemoryStorage(), fault) }, { name: 'sound', open: () => new MemoryStorage() }]);
    const { report } = await ladder.probe();
    equal([report.chosen, report.rungs[0]?.verdict, report.rungs[0]?.step], ['sound', 'failed', step]);
  }
}

async function nothingStays({ StorageLadder, MemoryStorage }: Hosts): Promise<void> {
  const storage = new MemoryStorage();
  const touched = new Set<string>();
  const { replace } = storage;
  storage.replace = (name, ...change) => {
    touched.add(name);
    return replace.call(storage, name, ...change);
  };
  await new StorageLadder([{ name: 'one', open: () => storage }]).probe();
  equal(touched.size, 1);
  for (const name of touched) {
    that(/^probe-[0-9a-f]{16}$/.test(name), name);
    equal(await storage.load(name), undefined);
  }
}

async function movingUp({ StorageLadder, MemoryStorage }: Hosts): Promise<void> {
  const [top, lower] = [new MemoryStorage(), new MemoryStorage()];
  await store(lower, 'auth.json', bytes('old'));
  const { storage } = await new StorageLadder([{ name: 'top', open: () => top }, { name: 'lower', open: () => lower }]).probe();
  await fails('conflict', () => storage.replace('auth.json', undefined, bytes('new')));
  const found = await storage.load('auth.json');
  await storage.replace('auth.json', found?.revision, bytes('new'));
  equal([await textIn(top, 'auth.json'), await textIn(lower, 'auth.json')], ['new', undefined]);
  await fails('conflict', () => storage.replace('auth.json', found?.revision, bytes('newer')));
}

async function erasing({ StorageLadder, MemoryStorage }: Hosts): Promise<void> {
  const [top, lower] = [new MemoryStorage(), new MemoryStorage()];
  const { storage } = await new StorageLadder([{ name: 'top', open: () => top }, { name: 'lower', open: () => lower }]).probe();
  for (const one of [top, lower]) await store(one, 'auth.json', bytes('x'));
  lower.erase = async () => {
    throw new Error('not now');
  };
  that(await storage.erase('auth.json').then(() => false, () => true), 'the failure is not reported');
  equal([await textIn(top, 'auth.json'), await storage.load('auth.json').then((found) => found !== undefined)], [undefined, true]);
}

async function givingUp({ StorageLadder, MemoryStorage }: Hosts): Promise<void> {
  const stop = new AbortController();
  const never = { name: 'stuck', open: () => new Promise<Storage>(() => undefined) };
  const probing = new StorageLadder([never, { name: 'sound', open: () => new MemoryStorage() }]).probe({ signal: stop.signal });
  stop.abort();
  await fails('cancelled', () => probing);
}
