// Progress as it is read with `for await`: in order, ending when it should, delaying nobody.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { load, progress } from '../dist/node.js';
import { World, settle } from './world.mjs';

const component = await load();

function scene() {
  const world = new World({ now_ms: 1_776_902_400_000, random: '07' });
  const from = component.with(world.host);
  const key = from.Key.import('seed', new Uint8Array(32).fill(7));
  const open = (options) => from.Agent.open({ agentRuntimeId: 'agent-123', key, authapiBase: 'https://auth.example/api', ...options });
  const enroll = (options) => from.Enrollment.open({ authapiBase: 'https://auth.example/api', ...options });
  const answer = (status, body, headers = []) => {
    world.requests.shift().resolve({ status, headers, body: new TextEncoder().encode(body), truncated: false });
    return settle();
  };
  return { world, open, enroll, answer };
}

/** Reads to the end: the kinds that came, and what was thrown. */
async function read(events) {
  const kinds = [];
  try {
    for await (const { kind } of events) kinds.push(kind);
  } catch (thrown) {
    return { kinds, thrown };
  }
  return { kinds };
}

test('progress gives the events of one operation and ends with it', async () => {
  const { world, open, answer } = scene();
  const registering = progress((options) => open().registerTask(undefined, options));
  const reading = read(registering);
  await settle();
  await answer(503, '', [['retry-after', '3']]);
  world.sleeps.shift().resolve();
  await settle();
  await answer(200, '{"task_id":"task-9"}');
  assert.deepEqual(await reading, { kinds: ['registering', 'retry-scheduled', 'registering', 'registered'] });
  assert.equal(await registering.result, 'task-9');
});

test('events that came before anybody read them are not lost', async () => {
  const { open, answer } = scene();
  const registering = progress((options) => open().registerTask(undefined, options));
  await settle();
  await answer(200, '{"task_id":"task-9"}');
  await registering.result;
  assert.deepEqual(await read(registering), { kinds: ['registering', 'registered'] });
});

test('an operation that fails fails its reader, after what came before; nothing is unhandled', async () => {
  const { open, answer } = scene();
  const registering = progress((options) => open().registerTask(undefined, options));
  await settle();
  await answer(403, '{}');
  const { kinds, thrown } = await read(registering);
  assert.equal(kinds[0], 'registering');
  assert.equal(thrown.code, 'task-register-rejected');
  await assert.rejects(registering.result, thrown);
  const refused = progress(() => {
    throw new Error('at once');
  });
  assert.equal((await read(refused)).thrown.message, 'at once');
});

test('an aborted signal stops operation and reader with its reason, and keeps no listener', async () => {
  const { world, open } = scene();
  const stop = new AbortController();
  const registering = progress((options) => open().registerTask(undefined, options), { signal: stop.signal });
  const reading = read(registering);
  await settle();
  stop.abort(new Error('no more'));
  assert.equal((await reading).thrown.message, 'no more');
  await assert.rejects(registering.result, /no more/);
  assert.equal(world.requests.length, 0);
  const agent = open();
  assert.equal((await read(agent.events({ signal: stop.signal }))).thrown.message, 'no more', 'one that was aborted before');
  const other = new AbortController();
  await progress(async () => 'done', { signal: other.signal }).result;
  await agent.events({ signal: other.signal }).return();
  assert.equal(getEventListeners(other.signal, 'abort').length, 0);
});

test('leaving the loop stops no operation', async () => {
  const { open, answer } = scene();
  const registering = progress((options) => open().registerTask(undefined, options));
  for await (const { kind } of registering) {
    assert.equal(kind, 'registering');
    break;
  }
  await answer(200, '{"task_id":"task-9"}');
  assert.equal(await registering.result, 'task-9');
  assert.deepEqual(await registering.next(), { done: true, value: undefined });
});

test('an agent tells every reader what it does until it is disposed of', async () => {
  const { open, answer } = scene();
  const called = [];
  const agent = open({ onEvent: ({ kind }) => called.push(kind) });
  const [one, other, left] = [agent.events(), agent.events(), agent.events()];
  await left.return();
  const task = agent.ensureTask();
  await settle();
  await answer(200, '{"task_id":"task-9"}');
  await task;
  agent.dispose();
  const { kinds } = await read(one);
  assert.deepEqual(kinds, called);
  assert.ok(kinds.includes('registering'), kinds.join());
  assert.deepEqual(await read(other), { kinds });
  assert.deepEqual(await read(left), { kinds: [] });
});

test('an enrollment tells what it does and what its agents do', async () => {
  const { enroll, answer } = scene();
  const called = [];
  const enrollment = enroll({ onEvent: ({ kind, subject }) => called.push(`${kind} ${subject}`) });
  const events = enrollment.events();
  const login = { accountId: 'acct-1', chatgptUserId: 'user-1', planType: 'unknown', fedramp: false, accessToken: 'token' };
  const bootstrapping = enrollment.bootstrap(login);
  await settle();
  await answer(200, '{"agent_runtime_id":"agent-9"}');
  await answer(200, '{"task_id":"task-1"}');
  const agent = await bootstrapping;
  const task = agent.ensureTask('thread:1');
  await settle();
  await answer(200, '{"task_id":"task-2"}');
  assert.equal(await task, 'task-2');
  enrollment.dispose();
  const read = [];
  for await (const { kind, subject } of events) read.push(`${kind} ${subject}`);
  assert.deepEqual(read, called);
  assert.ok(read.includes('registering agent') && read.filter((one) => one === 'registered task').length === 2, read.join());
});

test('a reader that waits is woken by the end, whoever brings it', async () => {
  const { open } = scene();
  const agent = open();
  const [disposed, left] = [agent.events(), agent.events()];
  const waiting = [disposed.next(), left.next(), left.next()];
  await left.return();
  agent.dispose();
  for (const next of await Promise.all(waiting)) assert.deepEqual(next, { done: true, value: undefined });
});

test('after its end there is nothing to read', () => {
  const { open, enroll } = scene();
  for (const ended of [open(), enroll()]) {
    ended.dispose();
    assert.throws(() => ended.events(), { code: 'disposed' });
  }
});

test('15-2 of more events than may wait the newest are lost and counted', async () => {
  const { open } = scene();
  const agent = open({ runTask: 'task-1' });
  const events = agent.events();
  const flights = Array.from({ length: 2000 }, () => agent.ensureTask('thread:1').catch(() => undefined));
  await settle();
  assert.ok(flights.length - events.lost <= 1024 && events.lost > 900, String(events.lost));
  const { value } = await events.next();
  assert.equal(value.kind, 'waiting');
  agent.dispose();
});
