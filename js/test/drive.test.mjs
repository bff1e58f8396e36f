// The loop: any number of operations at once, stopped when their callers say so, told of without being disturbed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostError, load } from '../dist/node.js';
import { World, settle } from './world.mjs';

const component = await load();
const NOW = 1_776_902_400_000;

function scene(more = {}) {
  const world = new World({ now_ms: NOW, random: '07' });
  const from = component.with({ ...world.host, ...more });
  const key = from.Key.import('seed', new Uint8Array(32).fill(7));
  const open = (options) => from.Agent.open({ agentRuntimeId: 'agent-123', key, authapiBase: 'https://auth.example/api', ...options });
  return { world, from, key, open };
}

const answer = (status, body, headers = []) => ({ status, headers, body: new TextEncoder().encode(body), truncated: false });

test('a request has the limits, the timeout and the body of the specification', async () => {
  const { world, open } = scene();
  const task = open().ensureTask();
  await settle();
  const { what, resolve } = world.requests.shift();
  assert.deepEqual(Object.keys(what).sort(), ['body', 'errorLimit', 'headers', 'method', 'successLimit', 'timeoutMs', 'url']);
  assert.equal(what.url, 'https://auth.example/api/v1/agent/agent-123/task/register');
  assert.ok(what.successLimit >= 1 << 20 && what.timeoutMs > 0);
  resolve(answer(200, '{"task_id":"task-9"}'));
  assert.equal(await task, 'task-9');
});

test('an aborted operation is dropped, its request withdrawn, and the reason thrown', async () => {
  const { world, open } = scene();
  const stop = new AbortController();
  const agent = open();
  const task = agent.registerTask({ kind: 'thread', value: '0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061' }, { signal: stop.signal });
  await settle();
  assert.equal(world.requests.length, 1);
  stop.abort(new Error('no more'));
  await assert.rejects(task, /no more/);
  await settle();
  assert.equal(world.requests.length, 0, 'the host was told');
  await assert.rejects(agent.ensureTask(undefined, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  const again = agent.ensureTask();
  await settle();
  world.requests.shift().resolve(answer(200, '{"task_id":"task-1"}'));
  assert.equal(await again, 'task-1', 'nothing is left in the way');
});

test('an operation that waits to try again is aborted like any other', async () => {
  const { world, open } = scene();
  const stop = new AbortController();
  const events = [];
  const task = open().registerTask(undefined, { signal: stop.signal, onEvent: (event) => events.push(event) });
  await settle();
  world.requests.shift().resolve(answer(503, '', [['retry-after', '3']]));
  await settle();
  assert.equal(world.sleeps[0].what, 3000);
  assert.deepEqual(events.map(({ kind, delayMs }) => [kind, delayMs]), [['registering', undefined], ['retry-scheduled', 3000]]);
  stop.abort();
  await assert.rejects(task, { name: 'AbortError' });
  assert.equal(world.sleeps.length, 0);
});

test('a thousand operations run at once on one instance', async () => {
  const { world, open } = scene();
  const agent = open();
  const tasks = Array.from({ length: 1000 }, (_, index) => agent.ensureTask(`thread:${String(index)}`).catch((error) => error));
  await settle();
  if (world.requests.length !== 1000) assert.fail(`${world.requests.length} ${await tasks[0]}`);
  world.requests.reverse().forEach(({ what, resolve }) => {
    const { external_task_ref: ref } = JSON.parse(Buffer.from(what.body).toString());
    resolve(answer(200, JSON.stringify({ task_id: `task of ${ref}` })));
  });
  (await Promise.all(tasks)).forEach((task, index) => assert.equal(task, `task of thread:${index}`));
});

test('15-1 an observer that throws changes nothing', async () => {
  const { world, open } = scene();
  const raging = () => {
    throw new Error('of the test');
  };
  const task = open({ onEvent: raging }).ensureTask(undefined, { onEvent: raging });
  await settle();
  world.requests.shift().resolve(answer(200, '{"task_id":"task-1"}'));
  assert.equal(await task, 'task-1');
});

test('whatever a host rejects with is a failure of its own kind', async () => {
  const failing = (error) => ({ send: async () => { throw error; } });
  const cause = async (error) => {
    const { world, open } = scene({ http: failing(error), sleep: async () => undefined });
    void world;
    return open().ensureTask().then(assert.fail, ({ code, cause: why }) => [code, why]);
  };
  assert.deepEqual(await cause(new HostError('timeout', 'x')), ['task-register-unavailable', 'network-timeout']);
  assert.deepEqual(await cause(new HostError('connect', 'x')), ['task-register-unavailable', 'network-connect']);
  assert.deepEqual(await cause(new HostError('conflict', 'x')), ['task-register-unavailable', 'network-failed']);
  assert.deepEqual(await cause(new TypeError('x')), ['task-register-unavailable', 'network-failed']);
  assert.deepEqual(await cause('a text'), ['task-register-unavailable', 'network-failed']);
});

test('an outcome of the wrong form is refused, and the instance stays sound', async () => {
  for (const response of [undefined, {}, answer(70_000, ''), { ...answer(200, ''), headers: [['a']] }, { ...answer(200, ''), body: '{}' }]) {
    const { open } = scene({ http: { send: async () => response } });
    await assert.rejects(open().ensureTask(), { code: 'argument-invalid', message: /^outcome\.val/ });
  }
  assert.ok(component.isSound);
});

test('k15 what an effect carried is overwritten once it has been used', async () => {
  const { world, from, open } = scene();
  let sent;
  const keeping = from.with({ http: { send: (request, signal) => ((sent = request), world.host.http.send(request, signal)) } });
  void open;
  const registering = keeping.Agent.register({
    authapiBase: 'https://auth.example/api',
    key: keeping.Key.generate(),
    description: { source: 'exec', os: 'linux' },
    accessToken: 'token-5ec3e7',
  });
  await settle();
  const body = new TextEncoder().encode('{"agent_runtime_id":"agent-9"}');
  world.requests.shift().resolve({ status: 200, headers: [], body, truncated: false });
  assert.equal(await registering, 'agent-9');
  assert.ok(body.every((byte) => byte === 0));
  assert.ok(sent.body.every((byte) => byte === 0));
});

test('9-6 an attestation is asked for within its budget, then withdrawn', async () => {
  const asked = [];
  const attestor = { attest: (signal) => new Promise((resolve) => asked.push({ signal, resolve })) };
  const { world, from } = scene({ attestor });
  const late = from.metadata.attest();
  await settle();
  assert.equal(world.sleeps[0].what, 100);
  world.sleeps.shift().resolve();
  const timeout = await late;
  assert.ok(asked[0].signal.aborted);
  const intime = from.metadata.attest();
  await settle();
  asked[1].resolve('token-1');
  const token = await intime;
  assert.notEqual(token, timeout);
  assert.match(token, /token-1/);
  assert.match(await component.metadata.attest(), /"s":2/, 'nobody to ask is a failure to it');
});
