// Cold start, and a finished header against the raw signature of node:crypto, in one run: compare the ratios.

import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { load } from '../dist/node.js';

const ROUNDS = 15;
const CALLS = 2000;

const { Assertion, Key } = await load();
const key = Key.generate();
const { privateKey } = generateKeyPairSync('ed25519');
const text = Buffer.from('agent-123:task-123:2026-04-23T00:00:00Z');
const subtle = await crypto.subtle.generateKey('Ed25519', false, ['sign']);

const rows = {
  'finished header': () => Assertion.authorize(key, 'agent-123', 'task-123'),
  'node:crypto, raw signature': () => sign(null, text, privateKey),
  'a call that does nothing': () => key.custodianKeyId(),
};

const times = Object.fromEntries(Object.keys(rows).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, call] of Object.entries(rows)) {
    const begun = performance.now();
    for (let each = 0; each < CALLS; each += 1) call();
    times[name].push(((performance.now() - begun) / CALLS) * 1000);
  }
  const begun = performance.now();
  for (let each = 0; each < CALLS / 4; each += 1) await crypto.subtle.sign('Ed25519', subtle.privateKey, text);
  (times['WebCrypto, raw signature'] ??= []).push(((performance.now() - begun) / (CALLS / 4)) * 1000);
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const reference = median(times['node:crypto, raw signature']);
for (const [name, values] of Object.entries(times)) {
  console.log(`${name.padEnd(28)} ${median(values).toFixed(2).padStart(7)} µs  ${(median(values) / reference).toFixed(2)} × node:crypto`);
}

/** In a process of its own: the import, `load()`, and the first header. */
const START = `
performance.now();
const begun = performance.now();
const { load } = await import(${JSON.stringify(new URL('../dist/node.js', import.meta.url).href)});
const imported = performance.now();
const { Assertion, Key } = await load();
const loaded = performance.now();
Assertion.authorize(Key.generate(), 'a', 't');
console.log([imported - begun, loaded - imported, performance.now() - loaded].join(' '));
`;
const starts = Array.from({ length: 15 }, () =>
  execFileSync(process.execPath, ['--input-type=module', '-e', START], { encoding: 'utf8' }).trim().split(' ').map(Number),
);
const [imported, loaded, first] = [0, 1, 2].map((part) => median(starts.map((start) => start[part])).toFixed(1));
console.log(`cold start: import ${imported} ms, load() ${loaded} ms, first key and header ${first} ms`);
