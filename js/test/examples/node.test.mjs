// The Node example as a process of its own, against the real authority over real sockets.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { load } from '../../dist/node.js';
import { skip, startAuthority } from '../authority.mjs';
import { copyWithPackage, place } from '../packed.mjs';

const folder = copyWithPackage('examples/node');
const component = await load();
const { Assertion, Key } = component;
const key = Key.generate();

let authority;
before(async () => {
  if (skip) return;
  authority = await startAuthority();
  writeFileSync(join(folder, 'token'), authority.token, { mode: 0o600 });
  writeFileSync(join(folder, 'agents.json'), JSON.stringify({ 'agent-123': key.public().ssh }));
});
after(() => authority?.stop());

/** Starts the service; the caller stops it. */
async function service() {
  const env = {
    ...process.env,
    EXAMPLE_HOME: join(folder, 'home'),
    EXAMPLE_AUTHAPI_BASE: authority.authapiBase,
    EXAMPLE_RESPONSES_URL: authority.responsesUrl,
    EXAMPLE_TOKEN_FILE: join(folder, 'token'),
    EXAMPLE_ACCOUNT: 'acct-1',
    EXAMPLE_USER: 'user-1',
    EXAMPLE_AGENTS_FILE: join(folder, 'agents.json'),
    EXAMPLE_PORT: '0',
  };
  const child = spawn(process.execPath, ['service.js'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const told = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void ended.then((code) => reject(new Error(`the service ended with ${code}`)));
  });
  const [, agentRuntimeId, origin] = /^(\S+) listens on (\S+)$/.exec(told);
  return { agentRuntimeId, origin, stop: () => child.kill('SIGTERM') && ended };
}

test('its types are right', () => {
  const { status, stdout } = spawnSync(process.execPath, [place('node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('it signs what it asks, and knows who asks; after a restart it is the same agent, and accepts nothing twice', { skip }, async () => {
  const seen = [];
  for (let start = 0; start < 2; start += 1) {
    const { agentRuntimeId, origin, stop } = await service();
    try {
      const response = await fetch(`${origin}/ask`, { method: 'POST', body: 'hello' });
      assert.equal(response.status, 200);
      const { answer } = await response.json();
      assert.ok(answer.includes(agentRuntimeId), answer);
      assert.equal((await fetch(`${origin}/ask`, { method: 'POST', body: 'x'.repeat(10_001) })).status, 413);
      assert.equal((await fetch(`${origin}/elsewhere`)).status, 404);
      await judges(origin, start === 0);
      seen.push(agentRuntimeId);
    } finally {
      assert.equal(await stop(), 0);
    }
  }
  assert.equal(seen[0], seen[1]);
  assert.equal(statSync(join(folder, 'home/auth.json')).mode & 0o777, 0o600);
  assert.ok(!readFileSync(join(folder, 'home/agent_tasks.json'), 'utf8').includes('private'));
});

/** Right after a start the service cannot know what it accepted before, unless it is the first one. */
async function judges(origin, isFirst) {
  const hello = async (authorization) => {
    const response = await fetch(`${origin}/hello`, authorization === undefined ? {} : { headers: { authorization } });
    const { hello: agentRuntimeId, error } = await response.json();
    return [response.status, agentRuntimeId ?? error.code];
  };
  assert.deepEqual(await hello(undefined), [401, 'assertion-missing']);
  assert.deepEqual(await hello('Bearer abc'), [401, 'assertion-missing']);
  assert.deepEqual(await hello('AgentAssertion e30'), [401, 'assertion-malformed']);
  assert.deepEqual(await hello(Assertion.authorize(key, 'agent-999', 'task-123')), [401, 'agent-unknown']);
  assert.deepEqual(await hello(Assertion.authorize(Key.generate(), 'agent-123', 'task-123')), [401, 'signature-invalid']);
  const header = Assertion.authorize(key, 'agent-123', 'task-123');
  assert.deepEqual(await hello(header), isFirst ? [200, 'agent-123'] : [401, 'assertion-expired']);
  assert.deepEqual(await hello(header), [401, isFirst ? 'assertion-replayed' : 'assertion-expired']);
}

test('once it knows what it accepted, an assertion is accepted once', async () => {
  const { guard } = await import(pathToFileURL(join(folder, 'guard.js')));
  // `guard.js` takes the package of the example: another copy, whose errors are its own.
  const { load: loadCopy } = await import(pathToFileURL(join(folder, 'node_modules/agent-identity/dist/node.js')));
  let now = Date.now();
  const later = (await loadCopy()).with({ clock: { now: () => now, monotonic: () => 0 } });
  const own = later.Key.import('pkcs8-der', component.Reveal.privateKey(key, 'pkcs8-der'));
  const admit = guard(later, { 'agent-123': key.public().ssh }, true);
  const signed = () => later.Assertion.authorize(own, 'agent-123', 'task-123');
  assert.deepEqual(admit(signed()), { refused: 'assertion-expired' });
  now += 311_000;
  const header = signed();
  assert.deepEqual(admit(header), { agentRuntimeId: 'agent-123' });
  assert.deepEqual(admit(header), { refused: 'assertion-replayed' });
  const old = signed();
  now += 301_000;
  assert.deepEqual(admit(old), { refused: 'assertion-expired' });
});
