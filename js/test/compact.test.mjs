// The compact engine where it differs from the component: what crosses, and which module it takes. All else is in the suite.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load as loadCompact } from '../dist/compact/node.js';
import { load as loadComponent } from '../dist/node.js';

const wasm = (name) => readFileSync(new URL(`../dist/${name}.wasm`, import.meta.url));

const compact = await loadCompact();
const component = await loadComponent();
const seed = new Uint8Array(32).fill(7);

test('an engine takes its own module and no other', async () => {
  await assert.rejects(loadCompact(wasm('guest')), { code: 'component-unsupported' });
  await assert.rejects(loadComponent(wasm('compact')), { code: 'component-unsupported' });
  const bytes = wasm('compact');
  assert.notEqual(await loadCompact(bytes), compact);
  assert.equal(await loadCompact(bytes), await loadCompact(bytes));
});

test('a module of other interfaces is refused', async () => {
  // What it answers with is one instruction: a constant, and the end of the function.
  const facts = readFileSync(new URL('../src/generated/build.ts', import.meta.url), 'utf8');
  const instruction = Buffer.from([0x41, ...leb(Number(/FINGERPRINT = (\d+)/.exec(facts)[1]) | 0), 0x0b]);
  const bytes = wasm('compact');
  const at = bytes.indexOf(instruction);
  assert.ok(at > 0 && bytes.indexOf(instruction, at + 1) < 0, 'it stands there once');
  bytes[at + 1] ^= 1;
  await assert.rejects(loadCompact(bytes), { code: 'component-unsupported', message: /its interfaces are others/ });
});

test('the handles of one engine mean nothing to the other', () => {
  const key = component.Key.import('seed', seed);
  assert.throws(() => compact.Assertion.authorize(key, 'agent', 'task'), { code: 'argument-invalid', message: /^key must be a key of the same component$/ });
});

test('texts of every length and script cross both ways as they are', () => {
  for (const text of ['', 'a', 'ä', '𝒳', 'é'.repeat(40_000), `${'a'.repeat(70_000)}€`, '\u0000\ufeff']) {
    assert.deepEqual(answer(compact, text), answer(component, text));
    assert.deepEqual(originator(compact, text), originator(component, text));
  }
});

test('a resource that a clock ends in the middle of a call leaves that call its result', () => {
  const [key, other] = [compact.Key.import('seed', seed), compact.Key.generate()];
  const clock = { now: () => (other.dispose(), 1_776_902_400_000), monotonic: () => 0 };
  const header = compact.with({ clock }).Assertion.authorize(key, 'agent-123', 'task-123');
  assert.equal(header, component.Assertion.authorizeAt(component.Key.import('seed', seed), 'agent-123', 'task-123', '2026-04-23T00:00:00Z'));
  assert.throws(() => other.public(), { code: 'disposed' });
});

const originator = ({ metadata }, text) => metadata.resolveOriginator({ process: text }, { mode: 'env-first', exactNames: true, replacements: [] });

/** What a call says about a text: the value, or the error. */
function answer({ TaskRef }, value) {
  try {
    return TaskRef.normalize({ kind: 'opaque', value });
  } catch ({ code, message }) {
    return { code, message };
  }
}

/** A signed number as a module has it. */
function leb(value) {
  const bytes = [];
  for (let rest = value; ; rest >>= 7) {
    const isLast = (rest >> 7 === 0 && !(rest & 0x40)) || (rest >> 7 === -1 && rest & 0x40);
    bytes.push((rest & 0x7f) | (isLast ? 0 : 0x80));
    if (isLast) return bytes;
  }
}
