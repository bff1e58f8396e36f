// What lives in the component ends when it is told to, or at the latest when nobody holds it any more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { dispose, load } from '../dist/node.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const { Agent, Key, ReplayWindow, VerifyingKey, Reveal, Assertion, metadata } = await load();

test('using an object after its end is the error disposed; ending it twice is none', () => {
  const key = Key.generate();
  const made = [key, VerifyingKey.import('raw', key.public().raw), ReplayWindow.open(), metadata.knownThreads(), metadata.knownTurns()];
  for (const object of made) {
    object.dispose();
    object.dispose();
    object[dispose]();
  }
  const [one, verifying, window, threads, turns] = made;
  for (const use of [() => one.public(), () => verifying.public(), () => window.size, () => threads.reserve(), () => turns.reserve()]) {
    assert.throws(use, { code: 'disposed', advice: 'fix-config' });
  }
  for (const use of [() => Reveal.privateKey(one, 'pkcs8-der'), () => Assertion.authorize(one, 'a', 't')]) {
    assert.throws(use, { code: 'disposed' });
  }
});

test('the symbol is that of the language where there is one', () => {
  assert.equal(dispose, Symbol.dispose ?? Symbol.for('Symbol.dispose'));
  assert.equal(typeof Key.generate()[dispose], 'function');
});

test('an agent has its own hold of its key', () => {
  const key = Key.generate();
  const agent = Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example', runTask: 'task' });
  const { ssh } = key.public();
  key.dispose();
  assert.equal(agent.key().public().ssh, ssh);
  agent.dispose();
  assert.throws(() => agent.task(), { code: 'disposed' });
});

test('what nobody holds is dropped in the component: its memory does not grow without end', async () => {
  const component = await load(await WebAssembly.compile((await import('node:fs')).readFileSync(new URL('../dist/guest.wasm', import.meta.url))));
  // Each window takes what it was given; a hundred thousand of them would be gigabytes.
  const one = () => component.guest.verification.replayWindow.open(config, { tag: 'restored', val: [entries, undefined] });
  const config = { mode: { tag: 'strict' }, policy: { maxAgeS: 300, aheadS: 10 }, capacity: 5000 };
  const entries = Array.from({ length: 2000 }, (_, index) => ({ key: new Uint8Array(new Float64Array([index, 0, 0, 0]).buffer), timestampS: BigInt(Math.floor(Date.now() / 1000)), count: 1 }));
  const { memory } = one().instance;
  for (let round = 0; round < 60; round += 1) {
    for (let each = 0; each < 10; each += 1) one();
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(memory.view.byteLength < 64 << 20, `${memory.view.byteLength >> 20} MiB`);
});
