// Keys of node:crypto.

import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import * as node from '../../dist/node.js';
import { NodeCryptoCustodian } from '../../dist/hosts/node-crypto.js';
import { bytes, custodianCases, fails, tests } from './cases.mjs';

tests(custodianCases('node-crypto', { package: node }, () => new NodeCryptoCustodian()));

const TEXT = bytes('agent-1:task-1:2026-04-23T00:00:00Z');

test('a key object is adopted, and signs', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const custodian = new NodeCryptoCustodian();
  const kept = custodian.adopt('main', privateKey);
  assert.equal(Buffer.from(kept.publicKey).toString('base64url'), publicKey.export({ format: 'jwk' }).x);
  assert.ok(verify(null, TEXT, publicKey, await custodian.sign('main', TEXT)));
  await fails('conflict', () => custodian.adopt('main', privateKey));
});

test('other key objects are refused', async () => {
  const custodian = new NodeCryptoCustodian();
  const { privateKey } = generateKeyPairSync('x25519');
  const { publicKey } = generateKeyPairSync('ed25519');
  for (const key of [privateKey, publicKey]) await fails('failed', () => custodian.adopt('main', key));
  assert.deepEqual(custodian.keyIds(), []);
});

test('what the component exports is taken, and what OpenSSL writes', async () => {
  const { Key, Reveal } = await node.load();
  const custodian = new NodeCryptoCustodian();
  const key = Key.generate();
  const { raw } = key.public();
  for (const form of ['pkcs8-der', 'pkcs8-pem']) {
    assert.deepEqual(custodian.import(form, form, Reveal.privateKey(key, form)).publicKey, raw);
  }
  key.dispose();
  const { privateKey } = generateKeyPairSync('ed25519');
  custodian.import('openssl', 'pkcs8-pem', bytes(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  assert.deepEqual(custodian.keyIds(), ['openssl', 'pkcs8-der', 'pkcs8-pem']);
});

test('printing a custodian shows no key', () => {
  const custodian = new NodeCryptoCustodian();
  custodian.generate('main');
  assert.equal(JSON.stringify(custodian), '{}');
});
