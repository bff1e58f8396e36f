/** Storage and keys in IndexedDB, wherever there is one: pages, workers, service workers. */

import type { Storage } from '../../src/host.js';
import type * as IndexedDb from '../../src/hosts/indexed-db.js';
import type * as WebCrypto from '../../src/hosts/web-crypto.js';
import { type Case, Skip } from '../case.js';
import type { Library } from '../environment.js';
import { equal, that, thrown } from '../expect.js';
import { custodianCases } from './custodian.js';
import { bytes, fails, storageCases, store, textIn } from './storage.js';

export function indexedDbCases(library: Library): Case[] {
  if (typeof indexedDB === 'undefined') return [];
  const one = (name: string, run: (hosts: Hosts, database: string) => Promise<unknown>): Case => ({
    name: `indexed-db: ${name}`,
    run: async () => {
      const database = nextName();
      try {
        await run(await hostsOf(library), database);
      } finally {
        await deleted(database);
      }
    },
  });
  return [
    ...storageCases('indexed-db', async () => new (await hostsOf(library)).IndexedDbStorage({ name: nextName() })),
    ...custodianCases('web-crypto in indexed-db', library, async () => {
      const { WebCryptoCustodian } = await hostsOf(library);
      await needsEd25519();
      return new WebCryptoCustodian({ name: nextName() });
    }),
    one('documents outlive the connection', outliving),
    one('two connections race, and one gets a conflict', racing),
    one('an older schema is brought up to date, and keeps its documents', upgrading),
    one('the database of a newer version is used as it is', newer),
    one('a newer version, or erasing everything, does not wait for this connection', yielding),
    one('a database of something else is refused', foreign),
    one('a tab that holds on to an older version is reported', blocked),
    one('where it is denied memory takes its place, and the report says why', denied),
    one('a denial is not remembered', denialPasses),
    one('a document that is none of ours is refused', damaged),
    one('keys outlive the connection, and are told to nobody', keysOutlive),
    one('a key that is none of ours is refused', damagedKey),
    one('a write that is given up leaves the document as it was', givenUp),
  ];
}

type Hosts = typeof IndexedDb & typeof WebCrypto;

async function hostsOf(library: Library): Promise<Hosts> {
  return { ...(await library.host('indexed-db')), ...(await library.host('web-crypto')) };
}

const names: string[] = [];

function nextName(): string {
  names.push(`suite-${names.length}-${Math.random()}`);
  return names.at(-1)!;
}

async function needsEd25519(): Promise<void> {
  await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']).catch((error: Error) => {
    // WebKitGTK fails with one key in a hundred, and has it all the same.
    if (error.name !== 'OperationError') throw new Skip('there is no Ed25519 in WebCrypto here');
  });
}

async function outliving({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  const first = new IndexedDbStorage({ name });
  await store(first, 'auth.json', bytes('kept'));
  const revision = (await first.load('auth.json'))?.revision;
  first.close();
  const second = new IndexedDbStorage({ name });
  equal([await textIn(second, 'auth.json'), (await second.load('auth.json'))?.revision], ['kept', revision]);
  equal(await textIn(first, 'auth.json'), 'kept', 'it is opened again when it is needed');
  first.close();
  second.close();
}

async function racing({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  const storages = [new IndexedDbStorage({ name }), new IndexedDbStorage({ name })];
  for (let round = 0; round < 10; round += 1) {
    const { revision } = (await storages[0]!.load('auth.json')) ?? {};
    const outcomes = await Promise.all(
      storages.map((storage, index) =>
        storage.replace('auth.json', revision, bytes(`${round} ${index}`)).then(
          () => 'stored',
          (error: { failure?: string }) => error.failure,
        ),
      ),
    );
    equal(outcomes.sort(), ['conflict', 'stored']);
  }
  storages.forEach((storage) => storage.close());
}

/** The first version had documents only. */
async function upgrading({ IndexedDbStorage, WebCryptoCustodian }: Hosts, name: string): Promise<void> {
  const old = await raw(name, 1, (database) => {
    database.createObjectStore('documents', { keyPath: 'name' }).put({ name: 'auth.json', document: bytes('old'), revision: 'r1' });
  });
  old.close();
  const storage = new IndexedDbStorage({ name });
  equal(await storage.load('auth.json'), { document: bytes('old'), revision: 'r1' });
  await storage.replace('auth.json', 'r1', bytes('new'));
  const custodian = new WebCryptoCustodian({ name });
  equal(await custodian.keyIds(), []);
  equal(await textIn(storage, 'auth.json'), 'new');
  storage.close();
  custodian.close();
}

async function newer({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  const storage = new IndexedDbStorage({ name });
  await store(storage, 'auth.json', bytes('old'));
  const upgraded = await raw(name, 99, (database) => database.createObjectStore('more'));
  upgraded.close();
  equal(await textIn(storage, 'auth.json'), 'old');
  await store(storage, 'auth.json', bytes('new'));
  equal(await textIn(storage, 'auth.json'), 'new');
  storage.close();
}

async function yielding({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  const storage = new IndexedDbStorage({ name });
  await store(storage, 'auth.json', bytes('old'));
  await deleted(name);
  equal(await storage.load('auth.json'), undefined);
  await store(storage, 'auth.json', bytes('new'));
  equal(await textIn(storage, 'auth.json'), 'new');
  storage.close();
}

async function foreign({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  (await raw(name, 50, (database) => database.createObjectStore('theirs'))).close();
  const storage = new IndexedDbStorage({ name });
  const { message } = await fails('unreadable', () => storage.load('auth.json'));
  that(message.includes(name) && message.includes('another name'), message);
  await fails('unwritable', () => storage.replace('auth.json', undefined, bytes('x')));
  storage.close();
}

async function blocked({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  const stuck = await raw(name, 1, (database) => database.createObjectStore('documents', { keyPath: 'name' }));
  const storage = new IndexedDbStorage({ name, patienceMs: 200 });
  const { message } = await fails('unreadable', () => storage.load('auth.json'));
  that(message.includes('another tab'), message);
  stuck.close();
  await store(new IndexedDbStorage({ name }), 'auth.json', bytes('free'));
  equal(await textIn(storage, 'auth.json'), 'free');
}

async function denied({ indexedDbOrMemory }: Hosts, name: string): Promise<void> {
  await whileDenied(async () => {
    const { storage, report } = await indexedDbOrMemory({ name });
    equal([report.chosen, report.rungs.map(({ verdict }) => verdict)], ['memory', ['failed', 'works']]);
    that(String(report).includes('private windows'), String(report));
    await store(storage, 'auth.json', bytes('kept'));
    equal(await textIn(storage, 'auth.json'), 'kept');
  });
  const { storage, report } = await indexedDbOrMemory({ name });
  equal(report.chosen, 'indexed-db', String(report));
  equal(await storage.load('auth.json'), undefined);
}

async function denialPasses({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  const storage = new IndexedDbStorage({ name });
  await whileDenied(() => fails('unreadable', () => storage.load('auth.json')));
  await store(storage, 'auth.json', bytes('kept'));
  equal(await textIn(storage, 'auth.json'), 'kept');
  storage.close();
}

async function damaged({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  const storage: Storage & { close(): void } = new IndexedDbStorage({ name });
  await storage.load('auth.json');
  const database = await raw(name);
  const transaction = database.transaction('documents', 'readwrite');
  transaction.objectStore('documents').put({ name: 'auth.json', document: 'text' });
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  database.close();
  await fails('unreadable', () => storage.load('auth.json'));
  await storage.erase('auth.json');
  equal(await storage.load('auth.json'), undefined);
  storage.close();
}

async function damagedKey({ WebCryptoCustodian }: Hosts, name: string): Promise<void> {
  await needsEd25519();
  const custodian = new WebCryptoCustodian({ name });
  equal(await custodian.open('main'), undefined);
  const database = await raw(name);
  const transaction = database.transaction('keys', 'readwrite');
  transaction.objectStore('keys').put({ keyId: 'main', privateKey: 'text', publicKey: new Uint8Array(32) });
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  database.close();
  await fails('failed', () => custodian.open('main'));
  await fails('failed', () => custodian.sign('main', bytes('agent-1:2026-04-23T00:00:00Z')));
  await custodian.erase('main');
  equal(await custodian.open('main'), undefined);
  custodian.close();
}

async function keysOutlive({ WebCryptoCustodian }: Hosts, name: string): Promise<void> {
  await needsEd25519();
  const first = new WebCryptoCustodian({ name });
  const made = await first.generate('main');
  const imported = await first.import('other', 'seed', new Uint8Array(32).fill(7));
  first.close();
  const second = new WebCryptoCustodian({ name });
  equal([await second.open('main'), await second.open('other')], [made, imported]);
  equal((await second.sign('main', bytes('agent-1:2026-04-23T00:00:00Z'))).length, 64);
  const database = await raw(name);
  const kept = await new Promise<{ privateKey: CryptoKey }[]>((resolve) => {
    const request = database.transaction('keys').objectStore('keys').getAll();
    request.onsuccess = () => resolve(request.result);
  });
  for (const { privateKey } of kept) {
    equal([privateKey.extractable, privateKey.type, privateKey.algorithm.name], [false, 'private', 'Ed25519']);
    for (const format of ['pkcs8', 'jwk'] as const) {
      const error = await thrown(() => crypto.subtle.exportKey(format as 'jwk', privateKey));
      equal((error as Error).name, 'InvalidAccessError');
    }
  }
  equal(kept.length, 2);
  database.close();
  second.close();
}

async function givenUp({ IndexedDbStorage }: Hosts, name: string): Promise<void> {
  const storage = new IndexedDbStorage({ name });
  await store(storage, 'auth.json', bytes('old'));
  const { revision } = (await storage.load('auth.json')) ?? {};
  const stop = new AbortController();
  const writing = storage.replace('auth.json', revision, bytes('new'), stop.signal);
  stop.abort();
  await fails('cancelled', () => writing);
  equal(await textIn(storage, 'auth.json'), 'old');
  storage.close();
}

/** A connection past the library. */
function raw(name: string, version?: number, upgrade: (database: IDBDatabase) => unknown = () => undefined): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('the library does not let go of its connection'));
  });
}

function deleted(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** As where site data are blocked: the platform's own object refuses. */
async function whileDenied(work: () => Promise<unknown>): Promise<void> {
  const prototype = Object.getPrototypeOf(indexedDB) as { open: unknown };
  const { open } = prototype;
  prototype.open = () => {
    throw new DOMException('denied by the test', 'SecurityError');
  };
  try {
    await work();
  } finally {
    prototype.open = open;
  }
}
