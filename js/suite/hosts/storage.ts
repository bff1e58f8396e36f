/** What every storage has to do. Each backend runs it on an instance that is fresh and empty. */

import type { HostFailure, Storage } from '../../src/host.js';
import type { Case } from '../case.js';
import { equal, that, thrown } from '../expect.js';

/** The cases for a storage; `writers` of them at once. */
export function storageCases(kind: string, fresh: () => Promise<Storage> | Storage, writers = 100): Case[] {
  const one = (name: string, run: (storage: Storage) => Promise<unknown>): Case => ({
    name: `${kind}: ${name}`,
    run: async () => run(await fresh()),
  });
  return [
    one('documents come back, whatever bytes they are', documentsComeBack),
    one('a replacement takes the revision that is there', replacingTakesTheRevision),
    one('another content has another revision', revisionsDiffer),
    one('names spell no path, and sizes are bounded', namesAndSizesAreBounded),
    one('bytes belong to their caller', bytesBelongToTheirCaller),
    one('of many at once one wins', (storage) => ofManyOneWins(storage, writers)),
    one('concurrent replacements lose nothing', (storage) => concurrentReplacementsLoseNothing(storage, Math.ceil(writers / 8))),
    one('a caller that gave up gets `cancelled`, and nothing changes', givingUp),
  ];
}

/** Rejects with this failure of a host. */
export async function fails(failure: HostFailure, call: () => unknown): Promise<Error> {
  const error = (await thrown(call)) as Error & { failure?: unknown };
  that(error.name === 'HostError' && error.failure === failure, `expected ${failure}, found ${error.failure ?? ''} ${String(error)}`);
  that(error.message.length > 10, `${failure} has no message`);
  return error;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function textIn(storage: Storage, name: string): Promise<string | undefined> {
  const found = await storage.load(name);
  return found && new TextDecoder().decode(found.document);
}

/** Puts a document in the place of whatever is there. */
export async function store(storage: Storage, name: string, document: Uint8Array): Promise<void> {
  const present = await storage.load(name);
  await storage.replace(name, present?.revision, document);
}

/** Adds one to the number in a document, as flows change documents: read, replace what was read, on a conflict again. */
export async function count(storage: Storage, name: string): Promise<void> {
  for (;;) {
    const present = await storage.load(name);
    const number = present ? Number(new TextDecoder().decode(present.document)) : 0;
    try {
      await storage.replace(name, present?.revision, bytes(String(number + 1)));
      return;
    } catch (error) {
      if ((error as { failure?: unknown }).failure !== 'conflict') throw error;
    }
  }
}

async function documentsComeBack(storage: Storage): Promise<void> {
  equal(await storage.load('a.json'), undefined);
  await storage.erase('a.json');
  await store(storage, 'a.json', bytes('one'));
  await store(storage, 'b.json', bytes('other'));
  for (const document of [bytes('{\n "text": "ä \\u00e4 😀"\n}'), new Uint8Array(), Uint8Array.of(0, 255, 254, 0xd8, 10, 13)]) {
    await store(storage, 'a.json', document);
    equal([...((await storage.load('a.json'))?.document ?? [])], [...document]);
  }
  await storage.erase('a.json');
  await storage.erase('a.json');
  equal(await storage.load('a.json'), undefined);
  equal(await textIn(storage, 'b.json'), 'other');
}

async function replacingTakesTheRevision(storage: Storage): Promise<void> {
  await fails('conflict', () => storage.replace('a.json', 'f'.repeat(64), bytes('new')));
  equal(await storage.load('a.json'), undefined);
  await storage.replace('a.json', undefined, bytes('old'));
  await fails('conflict', () => storage.replace('a.json', undefined, bytes('new')));
  await fails('conflict', () => storage.replace('a.json', 'f'.repeat(64), bytes('new')));
  const old = await storage.load('a.json');
  await storage.replace('a.json', old?.revision, bytes('new'));
  await fails('conflict', () => storage.replace('a.json', old?.revision, bytes('newer')));
  equal(await textIn(storage, 'a.json'), 'new');
  await storage.erase('a.json');
  await fails('conflict', () => storage.replace('a.json', old?.revision, bytes('newer')));
}

async function revisionsDiffer(storage: Storage): Promise<void> {
  const revisions = new Set<string | undefined>();
  for (const text of ['one', 'two', 'three']) {
    await store(storage, 'a.json', bytes(text));
    revisions.add((await storage.load('a.json'))?.revision);
    equal((await storage.load('a.json'))?.revision, [...revisions].at(-1), 'reading changed the revision');
    if (text === 'two') await storage.erase('a.json');
  }
  equal(revisions.size, 3);
}

async function namesAndSizesAreBounded(storage: Storage): Promise<void> {
  for (const bad of ['', '../a', '.lock', '..', 'A', 'a/b', 'a\\b', 'é', 'a b', 'a\0', 'a\n', 'x'.repeat(65)]) {
    await fails('unreadable', () => storage.load(bad));
    await fails('unwritable', () => storage.replace(bad, undefined, bytes('kept')));
    await fails('unwritable', () => storage.erase(bad));
  }
  await store(storage, 'x'.repeat(64), bytes('kept'));
  const { revision } = (await storage.load('x'.repeat(64))) ?? {};
  const { message } = await fails('unwritable', () => storage.replace('x'.repeat(64), revision, new Uint8Array((8 << 20) + 1)));
  that(message.includes('8 MiB'), message);
  await fails('unwritable', () => storage.replace('x'.repeat(64), revision, 'text' as unknown as Uint8Array));
  equal(await textIn(storage, 'x'.repeat(64)), 'kept');
}

async function bytesBelongToTheirCaller(storage: Storage): Promise<void> {
  const document = bytes('kept');
  await storage.replace('a.json', undefined, document);
  document.fill(0);
  (await storage.load('a.json'))?.document.fill(0);
  equal(await textIn(storage, 'a.json'), 'kept');
}

async function ofManyOneWins(storage: Storage, writers: number): Promise<void> {
  const attempts = Array.from({ length: writers }, (_, number) =>
    storage.replace('a.json', undefined, bytes(String(number))).then(
      () => number,
      (error: { failure?: unknown }) => error.failure,
    ),
  );
  const outcomes = await Promise.all(attempts);
  const winners = outcomes.filter((outcome) => typeof outcome === 'number');
  equal(winners.length, 1, 'winners');
  equal(outcomes.filter((outcome) => outcome === 'conflict').length, writers - 1, 'conflicts');
  equal(await textIn(storage, 'a.json'), String(winners[0]));
}

async function concurrentReplacementsLoseNothing(storage: Storage, each: number): Promise<void> {
  const counter = async () => {
    for (let done = 0; done < each; done += 1) await count(storage, 'a.json');
  };
  await Promise.all(Array.from({ length: 8 }, counter));
  equal(await textIn(storage, 'a.json'), String(8 * each));
}

async function givingUp(storage: Storage): Promise<void> {
  await store(storage, 'a.json', bytes('kept'));
  const { revision } = (await storage.load('a.json')) ?? {};
  const gone = AbortSignal.abort(new Error('no more'));
  await fails('cancelled', () => storage.load('a.json', gone));
  await fails('cancelled', () => storage.replace('a.json', revision, bytes('new'), gone));
  await fails('cancelled', () => storage.erase('a.json', gone));
  equal(await textIn(storage, 'a.json'), 'kept');
}
