/** What every custodian of this package has to do. */

import type { Custodian } from '../../src/host.js';
import type { CustodialKey } from '../../src/key.js';
import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { equal, refused, that } from '../expect.js';
import { bytes, fails } from './storage.js';

/** What the custodians of this package share. */
export interface Keeper extends Custodian {
  generate(keyId: string): Promise<CustodialKey> | CustodialKey;
  import(keyId: string, form: string, data: Uint8Array): Promise<CustodialKey> | CustodialKey;
  open(keyId: string): Promise<CustodialKey | undefined> | CustodialKey | undefined;
  keyIds(): Promise<string[]> | string[];
  erase(keyId: string): Promise<void> | void;
}

/** The cases for a custodian that keeps nothing yet. */
export function custodianCases(kind: string, library: Library, fresh: () => Promise<Keeper> | Keeper): Case[] {
  const one = (name: string, run: (keeper: Keeper, library: Library) => Promise<unknown>): Case => ({
    name: `${kind}: ${name}`,
    run: async () => run(await fresh(), library),
  });
  return [
    one('a header signed by it is accepted by the verifier, and by a strict check of each signature', signsHeaders),
    one('keys are found by name until they are erased', namesAreKept),
    one('c6 it signs registrations and assertions, and nothing else', signsNothingElse),
    one('k4 k5 k8 k10 keys are read strictly, and their public halves derived', importsStrictly),
    one('k7 an attached public key of another key is refused', refusesForeignPublicKeys),
    one('sealed task ids: it says that it cannot, and the component says which part could not', cannotUnseal),
    one('a caller that gave up gets `cancelled`', givesUp),
  ];
}

/** It does not begin with zero: WebKitGTK refuses such keys. */
const SEED = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
/** Public key of that seed, as OpenSSL derives it. */
const PUBLIC = '79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664';
const V1 = `302e020100300506032b657004220420${hexOf(SEED)}`;
const V2 = `3051020101300506032b657004220420${hexOf(SEED)}812100${PUBLIC}`;

export function hexOf(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** Armour for a PKCS#8 document. */
export function pemOf(der: Uint8Array, label = 'PRIVATE KEY', end = '\n'): Uint8Array {
  const lines = btoa(String.fromCharCode(...der)).match(/.{1,64}/g) ?? [];
  return bytes(`-----BEGIN ${label}-----${end}${lines.join(end)}${end}-----END ${label}-----${end}`);
}

async function signsHeaders(keeper: Keeper, { package: { load } }: Library): Promise<void> {
  const component = (await load()).with({ custodian: keeper });
  const kept = await keeper.generate('main');
  const key = component.Key.custodial({ ...kept, check: 'always' });
  const agent = component.Agent.open({ agentRuntimeId: 'agent-1', key, authapiBase: 'https://auth.example', runTask: 'task-1' });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const [[name, header] = ['', '']] = await agent.authorize();
    equal([name, component.Assertion.parse(header).agentRuntimeId], ['Authorization', 'agent-1']);
  }
  agent.dispose();
  key.dispose();
}

async function namesAreKept(keeper: Keeper): Promise<void> {
  equal(await keeper.open('main'), undefined);
  const made = await keeper.generate('main');
  equal(made.publicKey.length, 32);
  equal(await keeper.open('main'), made);
  await fails('conflict', () => keeper.generate('main'));
  await fails('conflict', () => keeper.import('main', 'seed', SEED));
  equal(await keeper.open('main'), made, 'the key was replaced');
  const other = await keeper.generate('another');
  that(hexOf(other.publicKey) !== hexOf(made.publicKey), 'two keys are one');
  equal(await keeper.keyIds(), ['another', 'main']);
  await keeper.erase('main');
  await keeper.erase('main');
  equal([await keeper.open('main'), await keeper.keyIds()], [undefined, ['another']]);
  await fails('failed', () => keeper.sign('main', bytes('agent-1:2026-04-23T00:00:00Z')));
  await fails('failed', async () => keeper.generate(''));
}

async function signsNothingElse(keeper: Keeper): Promise<void> {
  await keeper.generate('main');
  const time = '2026-04-23T00:00:00Z';
  for (const good of [`agent-1:${time}`, `agent-1:task 1 ä:${time}`, `a:b:c:${time}`, `${'a'.repeat(256)}:${'k'.repeat(1024)}:${time}`]) {
    equal((await keeper.sign('main', bytes(good))).length, 64, good);
  }
  const bad = ['', time, `:${time}`, `agent-1::${time}`, 'agent-1:2026-04-23', `agent-1:${time} `, `a/b:${time}`, `a b:${time}`, `a?:${time}`];
  for (const text of [...bad, `${'a'.repeat(257)}:${time}`, `a:${'k'.repeat(1025)}:${time}`, 'x'.repeat(5000)]) {
    await fails('failed', () => keeper.sign('main', bytes(text)));
  }
}

async function importsStrictly(keeper: Keeper): Promise<void> {
  const withAttributes = fromHex(`3050020101300506032b657004220420${hexOf(SEED)}`.replace('3050', '3072') + `a01f${'30'.repeat(31)}812100${PUBLIC}`);
  const good: [form: string, data: Uint8Array][] = [
    ['seed', SEED],
    ['pkcs8-der', fromHex(V1)],
    ['pkcs8-der', fromHex(V2)],
    ['pkcs8-der', withAttributes],
    ['pkcs8-pem', pemOf(fromHex(V1))],
    ['pkcs8-pem', pemOf(fromHex(V2), 'PRIVATE KEY', '\r\n')],
  ];
  for (const [index, [form, data]] of good.entries()) {
    equal(hexOf((await keeper.import(`good-${index}`, form, data)).publicKey), PUBLIC, `${form} ${index}`);
  }
  const bad: [form: string, data: Uint8Array][] = [
    ['seed', SEED.subarray(1)],
    ['pkcs8-der', fromHex(`${V1}00`)],
    ['pkcs8-der', fromHex(V1.slice(0, -2))],
    ['pkcs8-der', fromHex(V1.replace('2b6570', '2b656e'))],
    ['pkcs8-der', fromHex(V1.replace('020100', '020101'))],
    ['pkcs8-der', fromHex(V2.replace('020101', '020100'))],
    ['pkcs8-der', new Uint8Array()],
    ['pkcs8-pem', pemOf(fromHex(V1), 'ENCRYPTED PRIVATE KEY')],
    ['pkcs8-pem', Uint8Array.from([...pemOf(fromHex(V1)), ...pemOf(fromHex(V1))])],
    ['pkcs8-pem', fromHex(V1)],
    ['jwk', SEED],
    ['seed', hexOf(SEED) as unknown as Uint8Array],
  ];
  for (const [index, [form, data]] of bad.entries()) {
    const { message } = await fails('failed', async () => keeper.import(`bad-${index}`, form, data));
    that(!message.includes(hexOf(SEED).slice(0, 16)) && !message.includes('AQIDBAUG'), 'the error holds the seed');
  }
  equal(await keeper.keyIds(), good.map((_, index) => `good-${index}`));
}

async function refusesForeignPublicKeys(keeper: Keeper): Promise<void> {
  const foreign = fromHex(`${V2.slice(0, -2)}65`);
  await fails('failed', async () => keeper.import('main', 'pkcs8-der', foreign));
  equal(await keeper.keyIds(), []);
}

async function cannotUnseal(keeper: Keeper, { package: { load } }: Library): Promise<void> {
  that(keeper.unseal === undefined, 'it can');
  const sealed = btoa('x'.repeat(64));
  const http = {
    send: async () => ({ status: 200, headers: [] as [string, string][], body: bytes(JSON.stringify({ encrypted_task_id: sealed })), truncated: false }),
  };
  const component = (await load()).with({ custodian: keeper, http });
  const key = component.Key.custodial(await keeper.generate('main'));
  const agent = component.Agent.open({ agentRuntimeId: 'agent-1', key, authapiBase: 'https://auth.example' });
  const error = await refused('sealed-open-failed', () => agent.ensureTask());
  equal(error.cause, 'custodian');
  agent.dispose();
  key.dispose();
}

async function givesUp(keeper: Keeper): Promise<void> {
  await keeper.generate('main');
  const gone = AbortSignal.abort(new Error('no more'));
  await fails('cancelled', () => keeper.sign('main', bytes('agent-1:2026-04-23T00:00:00Z'), gone));
}
