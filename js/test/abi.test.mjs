// The boundary of the component: nothing is coerced, failures have codes, traps spoil the instance and nothing else.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AgentIdentityError, load } from '../dist/node.js';
import * as jco from '../build/jco/identity.js';

const wasm = readFileSync(new URL('../dist/guest.wasm', import.meta.url));
const component = await load();
const { Assertion, Key, ReplayWindow, TaskRef, Verifier, VerifyingKey, metadata } = component;
const seed = new Uint8Array(32).fill(7);
const key = Key.import('seed', seed);

/** A component of its own, for what spoils it. */
const fresh = async () => load(await WebAssembly.compile(wasm));

const refused = (call, path) =>
  assert.throws(call, (error) => {
    assert.ok(error instanceof AgentIdentityError, String(error.stack));
    assert.equal(error.code, 'argument-invalid', error.message);
    assert.equal(error.advice, 'fix-config');
    assert.match(error.message, path);
    return true;
  });

test('a string where bytes are expected is refused, and so is every other view', () => {
  for (const data of ['07'.repeat(16), [...seed], seed.buffer, new DataView(seed.buffer), new Uint16Array(16), null, undefined, 7, {}]) {
    refused(() => Key.import('seed', data), /^data must be a Uint8Array$/);
  }
  assert.equal(Key.import('seed', Buffer.from(seed)).public().ssh, key.public().ssh, 'a Buffer is one');
});

test('bytes and other values where a string is expected are refused', () => {
  for (const id of [new Uint8Array(3), 7, null, undefined, {}, new String('a'), Symbol('a')]) {
    refused(() => Assertion.authorize(key, id, 'task'), /^agentRuntimeId must be a string$/);
  }
});

test('half a surrogate pair is refused where a character would be made up for it', () => {
  for (const text of ['\ud800', 'a\udc00b', '\ud83d', '\udc00\ud800']) {
    refused(() => Assertion.authorize(key, 'agent', text), /^taskId must be well-formed Unicode/);
  }
  assert.equal(Assertion.parse(Assertion.authorize(key, 'agent', '🚀 é\u0301')).taskId, '🚀 é\u0301');
});

test('numbers are whole, in range, and of the right kind', () => {
  for (const offset of [1.5, Number.NaN, Infinity, 2 ** 53, 5n, '5', null]) {
    refused(() => Assertion.authorize(key, 'agent', 'task', offset), /^clockOffsetMs must be a whole number$/);
  }
  for (const val of [-1, 1.5, 2 ** 32, 5n, '5', null, true]) {
    refused(() => ReplayWindow.open({ mode: { tag: 'cap', val } }), /^config\.mode\.val must be an integer from 0 to 4294967295$/);
  }
});

test('absent and undefined are none, null is not', () => {
  assert.equal(TaskRef.normalize({ kind: 'run' }), undefined);
  assert.equal(TaskRef.normalize({ kind: 'run', value: undefined }), undefined);
  refused(() => TaskRef.normalize({ kind: 'run', value: null }), /^ref\.value must be a string$/);
  refused(() => TaskRef.normalize(null), /^ref must be an object$/);
});

test('enums, variants, lists and pairs are told from what looks like them', () => {
  refused(() => Key.import('SEED', seed), /^form must be one of pkcs8-der, /);
  refused(() => Key.import('toString', seed), /^form must be one of/);
  refused(() => ReplayWindow.open({ mode: 'strict' }), /^config\.mode must be an object whose tag is one of off, cap, strict$/);
  refused(() => ReplayWindow.open({ mode: { tag: 'strict', val: 1 } }), /^config\.mode\.val must be absent$/);
  refused(() => metadata.checkExtras({ a: 'b' }), /^extras must be an array$/);
  refused(() => metadata.checkExtras([['a']]), /^extras\[0\] must be an array of 2$/);
  refused(() => metadata.checkExtras([['a', 'b'], ['c', 1]]), /^extras\[1\]\[1\] must be a string$/);
  refused(() => metadata.checkExtras([, ['a', 'b']]), /^extras\[0\] must be an array of 2$/);
});

test('a handle is one of its kind, of this component, and alive', async () => {
  for (const other of [undefined, null, {}, 'key', VerifyingKey.import('raw', key.public().raw)]) {
    refused(() => Assertion.authorize(other, 'agent', 'task'), /^key must be a key$/);
  }
  const elsewhere = (await fresh()).Key.generate();
  refused(() => Assertion.authorize(elsewhere, 'agent', 'task'), /^key must be a key of the same component$/);
});

test('failures have the code, advice and message of the component, whatever the entry point', () => {
  assert.throws(() => Key.import('seed', new Uint8Array(31)), { code: 'key-malformed', advice: 'fix-config', message: 'a seed is exactly 32 raw bytes' });
  assert.throws(() => Assertion.authorize(key, '', 'task'), { name: 'AgentIdentityError', code: 'runtime-id-invalid' });
  assert.throws(() => Verifier.verifyAssertion('x', undefined), { code: 'assertion-missing' });
});

test('a call that is refused leaves nothing of its arguments in the component', () => {
  const memory = () => component.guest.keys.key.generate().instance.memory.view.byteLength;
  const before = memory();
  const call = () => component.guest.reveal.writeRecord(new Uint8Array(1 << 20), {}, key);
  for (let round = 0; round < 200; round += 1) refused(call, /^identity\.agentRuntimeId must be a string$/);
  assert.equal(memory(), before);
});

test('texts and bytes of any size go in and out', () => {
  const long = 'é'.repeat(3 << 20);
  assert.throws(() => Assertion.parse(long), { code: 'assertion-missing' });
  assert.throws(() => Assertion.parse(`AgentAssertion ${'A'.repeat(20 << 20)}`), { code: 'assertion-too-long' });
  assert.equal(Assertion.parse(Assertion.authorize(key, 'agent', 'ü'.repeat(512))).taskId, 'ü'.repeat(512));
  assert.equal(Verifier.verifySignature(new Uint8Array(32), new Uint8Array(0), new Uint8Array(64)), false);
});

test('a clock that throws is a trap: internal, the instance is spoilt, load gives a new one', async () => {
  const module = await WebAssembly.compile(wasm);
  const spoilt = await load(module);
  const own = spoilt.Key.generate();
  const broken = spoilt.with({ clock: { now: () => { throw new Error('of the test'); }, monotonic: () => 0 } });
  assert.throws(() => broken.Assertion.authorize(own, 'agent', 'task'), { code: 'internal', advice: 'never', message: /of the test/ });
  assert.equal(spoilt.isSound, false);
  assert.throws(() => own.public(), { code: 'internal', message: /has trapped .*load the component anew/ });
  own.dispose();
  const next = await load(module);
  assert.notEqual(next, spoilt);
  assert.ok(next.isSound && next.Key.generate().public().ssh);
  assert.equal(await load(module), next);
});

test('a clock that calls the component it is asked by is refused', async () => {
  const inner = await fresh();
  const own = inner.Key.generate();
  const nested = inner.with({ clock: { now: () => own.public().raw.length, monotonic: () => 0 } });
  assert.throws(() => nested.Assertion.authorize(own, 'agent', 'task'), { code: 'internal', message: /called the component that asked it/ });
});

test('randomness that fails is random-failed, and nothing is spoilt', () => {
  const without = component.with({ random: { fill: () => { throw new Error('dry'); } } });
  assert.throws(() => without.Key.generate(), { code: 'random-failed' });
  assert.ok(component.isSound && Key.generate().public().raw.length === 32);
});

test('views of one instance ask their own clocks', () => {
  const at = (now) => Assertion.parse(component.with({ clock: { now: () => now, monotonic: () => 0 } }).Assertion.authorize(key, 'a', 't')).timestamp;
  assert.equal(at(1_776_902_400_999.9), '2026-04-23T00:00:00Z');
  assert.equal(at(0n), '1970-01-01T00:00:00Z');
  assert.equal(Assertion.parse(Assertion.authorize(key, 'a', 't', -86_400_000)).timestamp.slice(0, 4).length, 4);
});

test('load is memoised by source, and says what is wrong with one', async () => {
  assert.equal(await load(), component);
  const [one, two] = await Promise.all([load(wasm), load(wasm)]);
  assert.equal(one, two);
  assert.notEqual(one, component);
  const url = new URL('../dist/guest.wasm', import.meta.url);
  assert.equal(await load(url), await load(url.href));
  const respond = () => new Response(wasm, { headers: { 'content-type': 'application/wasm' } });
  assert.ok((await load(respond())).Key.generate());
  assert.ok((await load(new Response(wasm))).Key.generate());
  await assert.rejects(load(new Response('', { status: 404 })), { code: 'component-unsupported', message: /404/ });
  await assert.rejects(load(new Uint8Array([0, 1, 2])), { code: 'component-unsupported' });
  await assert.rejects(load(await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))), { code: 'component-unsupported' });
  await assert.rejects(load(7), { code: 'argument-invalid' });
});

test('the entries without and with a module inside load', async () => {
  const { load: core } = await import('../dist/core.js');
  await assert.rejects(core(), { code: 'config-invalid' });
  assert.ok((await core(wasm)).Key.generate());
  const inline = await import('../dist/inline.js');
  const loaded = await inline.load();
  assert.ok(loaded.Key.generate());
  assert.equal(inline.AgentIdentityError, AgentIdentityError, 'one class for all entries');
});

test('the glue of jco, generated from the component itself, answers the same', () => {
  const modules = (name) => new WebAssembly.Module(readFileSync(new URL(`../build/jco/${name}`, import.meta.url)));
  const other = jco.instantiate(modules, {
    'agent-identity:component/clock': { now: () => 1_776_902_400_000n, monotonic: () => 0n },
    'agent-identity:component/random': { bytes: (length) => new Uint8Array(length).fill(9) },
  });
  const clock = { now: () => 1_776_902_400_000, monotonic: () => 0 };
  const { guest } = component.with({ clock, random: { fill: (bytes) => bytes.fill(9) } });
  const turn = { isRootAmbiguous: false, extras: [['k', 'v é']], userInputRequested: true, turnStartedAtUnixMs: -5n, parentTurnId: 'p' };
  const workspace = { root: '/r', associatedRemoteUrls: [['origin', 'https://u:p@h.example/x.git']], hasChanges: false };
  const compaction = { trigger: 'auto', reason: 'context_limit', implementation: 'responses', phase: 'pre_turn', strategy: 'memento' };
  const snapshot = {
    installationId: '0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061', sessionId: 's', threadId: 't', windowId: 't:3', windowNumber: 2n ** 64n - 1n, turnId: 'u',
    sessionSource: { tag: 'subagent', val: 'review' }, workspaces: [workspace], compaction, configuredExtras: [], execution: { model: 'm', reasoningEffort: 'low' },
    isReviewerRequest: false, forkedFromOrdinalExclusive: 5n, turn,
  };
  const additions = { betaFeatures: ['b', 'a'], responsesLite: true, timingMetrics: true, usResidency: true, requestStartUnixMs: 2n ** 62n, originator: 'o' };
  const questions = [
    (g) => g.errors.catalogue(),
    (g) => g.taskRefs.normalize({ kind: 'url', value: 'HTTPS://Example.COM/%7e' }),
    (g) => g.metadata.render(snapshot, 'compaction', 'responses', additions),
    (g) => g.metadata.updateTurn(turn, { tag: 'steered', val: [['a', 'b'], ['c', 'd']] }),
    (g) => g.metadata.updateTurn(turn, { tag: 'started', val: -(2n ** 63n) }),
    (g) => g.metadata.openWindow('0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061', undefined, false),
    (g) => g.agents.measureSkew({ sentMs: 1_776_902_390_000n, receivedMs: 1_776_902_390_010n, date: 'Thu, 23 Apr 2026 00:00:00 GMT', offsetMs: -3n }),
    (g) => g.agents.decideScope({ scope: 'scoped', provider: 'first-party', policy: 'jwt-only', login: 'none', state: 'missing', fallback: false, canRegister: true }),
    (g) => g.logins.readRecord(new TextEncoder().encode('{}'), 'a', 'b'),
    (g) => g.verification.verifySignature(seed, seed, new Uint8Array(64)),
  ];
  const plain = (value) => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner));
  for (const ask of questions) assert.equal(plain(ask(guest)), plain(ask(other)), ask.toString());
  const theirs = other.keys.Key.import('seed', seed);
  assert.equal(other.assertions.authorize(theirs, 'agent', 'task', -5n), component.with({ clock }).Assertion.authorize(key, 'agent', 'task', -5));
});
