// Documents that Electron's safeStorage encrypts. Electron itself is a double: a key of this process.

import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SafeStorage } from '../../dist/hosts/safe-storage.js';
import { bytes, fails, storageCases, store, tests, textIn } from './cases.mjs';
import { folder, modeOf, namesIn } from './folders.mjs';

/** Electron's API over AES-GCM; a rotated key still opens what the old one sealed. */
class Electron {
  keys = [randomBytes(32)];
  backend = 'gnome_libsecret';
  available = true;
  isAsyncEncryptionAvailable = async () => this.available;
  encryptStringAsync = async (text) => this.encryptString(text);
  getSelectedStorageBackend = () => this.backend;
  isEncryptionAvailable = () => this.available;

  async decryptStringAsync(sealed) {
    for (const [age, key] of this.keys.entries()) {
      const result = opened(key, sealed);
      if (result !== undefined) return { result, shouldReEncrypt: age > 0 };
    }
    throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
  }

  encryptString(text) {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0], iv);
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  decryptString(sealed) {
    return opened(this.keys[0], sealed);
  }
}

function opened(key, sealed) {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(-16));
    return decipher.update(sealed.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}

const scene = (more = {}) => {
  const [safeStorage, directory] = [new Electron(), folder()];
  return { safeStorage, directory, storage: new SafeStorage({ safeStorage, directory, ...more }) };
};

tests(storageCases('safe-storage', () => scene().storage, 32));

test('documents are sealed in files of mode 0600, apart from plain ones', async () => {
  const { storage, directory } = scene();
  await store(storage, 'auth.json', bytes('{"secret":"s3cr3t"}'));
  assert.equal(storage.directory, join(directory, 'safe-storage'));
  const path = join(storage.directory, 'auth.json');
  assert.deepEqual([modeOf(storage.directory), modeOf(path), namesIn(directory)], [0o700, 0o600, ['safe-storage']]);
  const sealed = readFileSync(path, 'latin1');
  for (const secret of ['s3cr3t', 'secret', Buffer.from('s3cr3t').toString('base64').slice(0, 8)]) assert.ok(!sealed.includes(secret));
});

test('another process with the same key reads them; with another key it is told so', async () => {
  const { storage, directory, safeStorage } = scene();
  await store(storage, 'auth.json', bytes('kept'));
  assert.equal(await textIn(new SafeStorage({ safeStorage, directory }), 'auth.json'), 'kept');
  const { message } = await fails('unreadable', () => new SafeStorage({ safeStorage: new Electron(), directory }).load('auth.json'));
  assert.ok(message.includes('keyring') && message.includes(join(directory, 'safe-storage', 'auth.json')), message);
});

test('a sealed file cannot take the place of another', async () => {
  const { storage } = scene();
  await store(storage, 'agent_tasks.json', bytes('tasks'));
  copyFileSync(join(storage.directory, 'agent_tasks.json'), join(storage.directory, 'auth.json'));
  const { message } = await fails('unreadable', () => storage.load('auth.json'));
  assert.ok(message.includes('another document'), message);
});

test('basic_text is refused unless it is asked for', { skip: process.platform !== 'linux' && 'only Linux has it' }, async () => {
  for (const allowBasicText of [false, true]) {
    const { storage, safeStorage } = scene({ allowBasicText });
    safeStorage.backend = 'basic_text';
    const stored = () => storage.replace('auth.json', undefined, bytes('x'));
    if (allowBasicText) await stored();
    else assert.ok((await fails('unwritable', stored)).message.includes('allowBasicText'));
  }
});

test('basic_text is refused for reading too, and so is a keyring that is not known yet', { skip: process.platform !== 'linux' && 'only Linux has it' }, async () => {
  const { storage, safeStorage } = scene();
  await store(storage, 'auth.json', bytes('x'));
  for (const [backend, word] of [['basic_text', 'basic_text'], ['unknown', 'whenReady']]) {
    safeStorage.backend = backend;
    assert.ok((await fails('unreadable', () => storage.load('auth.json'))).message.includes(word));
  }
});

test('where encryption is not available nothing is written', async () => {
  const { storage, safeStorage, directory } = scene();
  safeStorage.available = false;
  const { message } = await fails('unwritable', () => storage.replace('auth.json', undefined, bytes('x')));
  assert.ok(message.includes('not available'), message);
  assert.deepEqual(namesIn(directory), []);
});

test('older Electrons are refused unless the calls that block are asked for', async () => {
  const old = () => {
    const electron = new Electron();
    const { encryptString, decryptString, isEncryptionAvailable, getSelectedStorageBackend } = electron;
    return { keys: electron.keys, encryptString, decryptString, isEncryptionAvailable, getSelectedStorageBackend };
  };
  const refused = new SafeStorage({ safeStorage: old(), directory: folder() });
  assert.ok((await fails('unwritable', () => refused.replace('auth.json', undefined, bytes('x')))).message.includes('allowSync'));
  const allowed = new SafeStorage({ safeStorage: old(), directory: folder(), allowSync: true });
  await store(allowed, 'auth.json', bytes('x'));
  assert.equal(await textIn(allowed, 'auth.json'), 'x');
});

test('after a rotation of its key a document is sealed again when it is read, and its revision holds', async () => {
  const { storage, safeStorage } = scene();
  await store(storage, 'auth.json', bytes('old'));
  const before = readFileSync(join(storage.directory, 'auth.json'));
  safeStorage.keys.unshift(randomBytes(32));
  const { document, revision } = await storage.load('auth.json');
  assert.equal(new TextDecoder().decode(document), 'old');
  assert.notDeepEqual(readFileSync(join(storage.directory, 'auth.json')), before);
  await storage.replace('auth.json', revision, bytes('new'));
  safeStorage.keys.pop();
  assert.equal(await textIn(storage, 'auth.json'), 'new');
});

test('a keyring that does not answer is not waited for when the caller gives up', async () => {
  const { storage, safeStorage } = scene();
  safeStorage.encryptStringAsync = () => new Promise(() => undefined);
  const stop = new AbortController();
  const writing = storage.replace('auth.json', undefined, bytes('x'), stop.signal);
  stop.abort();
  await fails('cancelled', () => writing);
});

test('what Electron says of a failure stays out of the message', async () => {
  const { storage, safeStorage } = scene();
  safeStorage.encryptStringAsync = async (text) => {
    throw new Error(`cannot encrypt ${text}`);
  };
  const { message } = await fails('unwritable', () => storage.replace('auth.json', undefined, bytes('s3cr3t')));
  assert.ok(!message.includes(Buffer.from('s3cr3t').toString('base64')) && !message.includes('s3cr3t'), message);
});
