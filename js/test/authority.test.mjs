// End to end against the real authority over real sockets, with its faults.

import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { HostError, load } from '../dist/node.js';
import { MemoryStorage } from '../dist/hosts/memory.js';
import { skip, startAuthority } from './authority.mjs';

const component = await load();
/** Waits are not waited for. */
const impatient = () => {
  const waits = [];
  const sleep = async (ms) => void waits.push(ms);
  return { waits, component: component.with({ sleep, storage: new MemoryStorage() }) };
};
const description = { source: 'exec', os: 'linux' };

let authority;
before(async () => {
  if (!skip) authority = await startAuthority('--task-ids', 'alternating', '--replay', 'cap:1000');
});
beforeEach(() => authority?.faults(''));
after(() => authority?.stop());

const registered = async (from, more = {}) => {
  const { authapiBase, token } = authority;
  const key = more.key ?? from.Key.generate();
  const agentRuntimeId = await from.Agent.register({ authapiBase, key, description, accessToken: token });
  return from.Agent.open({ agentRuntimeId, key, authapiBase, accountId: 'acct-1', chatgptUserId: 'user-1', ...more });
};

const ask = (agent, init = {}) =>
  agent.fetch(authority.responsesUrl, { method: 'POST', body: '{"model":"m","input":"hello"}', headers: { 'content-type': 'application/json' }, ...init });

test('registers an agent and its task, plain or sealed, and signs what is accepted', { skip }, async () => {
  const { component: from } = impatient();
  const events = [];
  const agent = await registered(from, { onEvent: (event) => events.push(event.kind) });
  const response = await ask(agent);
  assert.equal(response.status, 200);
  assert.match(await response.text(), new RegExp(agent.agentRuntimeId));
  assert.deepEqual(events, ['registering', 'registered']);
  const other = await agent.ensureTask('thread');
  assert.notEqual(other, agent.task());
  const forThread = agent.fetchFor({ reference: 'thread', origins: [authority.origin] });
  assert.equal((await forThread(new Request(authority.responsesUrl, { method: 'POST', body: '{"model":"m"}' }))).status, 200);
});

test('d1 a task that is refused is replaced and the request repeated once', { skip }, async () => {
  const agent = await registered(impatient().component);
  const first = await agent.ensureTask();
  await authority.endTask(first);
  assert.equal((await ask(agent)).status, 200);
  assert.notEqual(agent.task(), first);
  await authority.faults('401-task');
  const refused = await ask(agent);
  assert.equal(refused.status, 401, 'the second answer is final');
  assert.equal((await refused.json()).error.code, 'task-unknown');
  await authority.faults('401-task:1');
  const once = new ReadableStream({ start: (controller) => (controller.enqueue(new TextEncoder().encode('{}')), controller.close()) });
  assert.equal((await ask(agent, { body: once, duplex: 'half' })).status, 401, 'd2 a body that cannot be sent again is not repeated');
  await authority.faults('');
  const keeps = await registered(impatient().component, { replaceTasks: false });
  await authority.endTask(await keeps.ensureTask());
  assert.equal((await ask(keeps)).status, 401);
});

test('d5 a wrong clock is corrected from the answer and the request repeated', { skip }, async () => {
  const ahead = { now: () => Date.now() + 400_000, monotonic: () => performance.now() };
  const from = impatient().component.with({ clock: ahead });
  const agent = await registered(from);
  assert.equal((await ask(agent)).status, 200);
  assert.ok(Math.abs(agent.clockOffsetMs + 400_000) < 5000, String(agent.clockOffsetMs));
});

test('n8 n10 a registration is tried three times; what the server says is told', { skip }, async () => {
  const { waits, component: from } = impatient();
  const agent = await registered(from);
  await authority.faults('task/500:2');
  assert.ok(await agent.ensureTask());
  assert.equal(waits.length, 2);
  await authority.faults('task/503');
  await assert.rejects(agent.ensureTask('thread'), (error) => {
    assert.equal(error.code, 'task-register-unavailable', error.message);
    assert.equal(error.advice, 'back-off');
    assert.equal(error.status, 503);
    assert.equal(error.attempts, 3);
    return true;
  });
  await authority.faults('task/drop');
  await assert.rejects(agent.ensureTask('thread'), { attempts: 3, advice: 'back-off' });
  await authority.faults('task/redirect');
  await assert.rejects(agent.ensureTask('thread'), { code: 'redirect-refused' });
  await authority.faults('task/huge');
  await assert.rejects(agent.ensureTask('thread'), { code: 'response-too-large' });
  await authority.faults('task/garbage');
  await assert.rejects(agent.ensureTask('thread'), { code: 'task-response-undecodable' });
  await authority.faults('');
  assert.ok(await agent.ensureTask('thread'));
});

test('l6 a hundred requests at once share one registration', { skip }, async () => {
  const events = [];
  const agent = await registered(impatient().component, { onEvent: (event) => events.push(event) });
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(agent)));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(events.filter(({ kind }) => kind === 'registering').length, 1);
  const digests = new Set(events.map(({ keyDigest }) => keyDigest));
  assert.equal(events.filter(({ kind }) => kind === 'waiting').length, 99);
  assert.equal(digests.size, 1, 'those who wait name the task as the component does');
});

test('an enrollment bootstraps, loads what it stored, rotates, logs in and out', { skip }, async () => {
  const { authapiBase, jwksUrl, token } = authority;
  const from = impatient().component;
  const open = () => from.Enrollment.open({ authapiBase, jwksUrl, description });
  const enrollment = open();
  const login = { accountId: 'acct-1', chatgptUserId: 'user-1', planType: 'team', fedramp: false, accessToken: token };
  const [agent, same] = await Promise.all([enrollment.bootstrap(login), enrollment.bootstrap(login)]);
  assert.equal(agent, same);
  assert.equal((await ask(agent)).status, 200);

  const later = open();
  const loaded = await later.load();
  assert.equal(loaded.agentRuntimeId, agent.agentRuntimeId);
  assert.equal((await ask(loaded)).status, 200);
  const { document } = await from.host.storage.load('auth.json');
  assert.equal((await ask(from.Agent.fromRecord(document, { authapiBase }))).status, 200);

  const pending = await later.rotate(token);
  assert.notEqual(pending, loaded.agentRuntimeId);
  const rotated = await later.finishRotation(true);
  assert.equal(rotated.agentRuntimeId, pending);
  assert.equal((await ask(rotated)).status, 200);

  const byJwt = await later.login(authority.jwt);
  assert.equal((await ask(byJwt)).status, 200);
  await later.logout();
  assert.equal(later.agent, undefined);
  assert.equal(await from.host.storage.load('auth.json'), undefined);
  await assert.rejects(later.load(), { code: 'auth-material-missing' });
});

test('a key that a custodian keeps signs, and one that holds another key is found at once', { skip }, async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const other = generateKeyPairSync('ed25519').privateKey;
  const raw = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(12));
  const kept = { mine: privateKey, other };
  const custodian = { sign: async (keyId, text) => Uint8Array.from(sign(null, text, createPrivateKey(kept[keyId].export({ format: 'pem', type: 'pkcs8' })))) };
  await authority.faults('');
  const from = impatient().component.with({ custodian });
  const agent = await registered(from, { key: from.Key.custodial({ publicKey: raw, keyId: 'mine' }) });
  // A sealed task id cannot be opened by a custodian that cannot unseal: the next one is plain.
  await agent.ensureTask().catch((error) => assert.equal(error.code, 'sealed-open-failed'));
  assert.equal((await ask(agent)).status, 200);
  const wrong = from.Agent.open({
    agentRuntimeId: agent.agentRuntimeId,
    key: from.Key.custodial({ publicKey: raw, keyId: 'other' }),
    authapiBase: authority.authapiBase,
    runTask: 'task-1',
  });
  await assert.rejects(wrong.authorize(), { code: 'signature-invalid' });
  const absent = component.Agent.open({ agentRuntimeId: 'a', key: from.Key.custodial({ publicKey: raw, keyId: 'mine' }), authapiBase: 'https://a.example', runTask: 't' });
  await assert.rejects(absent.authorize(), { code: 'signature-invalid', message: /the host has none/ });
});

test('a network that is not there is told from a server that refuses', { skip }, async () => {
  const { component: from } = impatient();
  const agent = await registered(from);
  const offline = from.with({ http: { send: async () => { throw new HostError('connect', 'of the test'); } } });
  const there = offline.Agent.open({ agentRuntimeId: agent.agentRuntimeId, key: agent.key(), authapiBase: authority.authapiBase });
  await assert.rejects(there.ensureTask(), { code: 'task-register-unavailable', cause: 'network-connect' });
});
