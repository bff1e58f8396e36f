// The Electron example: its types, and all but main.js under Node against the real authority. Electron's IPC is structured clone over a
// MessagePort, and its safeStorage a key of this process.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import { skip, startAuthority } from '../authority.mjs';
import { copyWithPackage, folderFor, place } from '../packed.mjs';

const folder = copyWithPackage('examples/electron');
const part = (path) => import(pathToFileURL(join(folder, path)));

test("it fits Electron's own types", () => {
  const { status, stdout } = spawnSync(process.execPath, [place('node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

/** AES-GCM, as `safeStorage` with a keyring. */
function safeStorageOf(key) {
  return {
    isAsyncEncryptionAvailable: async () => true,
    isEncryptionAvailable: () => true,
    getSelectedStorageBackend: () => 'gnome_libsecret',
    encryptStringAsync: async (text) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    decryptStringAsync: async (sealed) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(-16));
      return { result: decipher.update(sealed.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8'), shouldReEncrypt: false };
    },
  };
}

/** Both ends of the IPC, and everything that crossed. */
function ipc() {
  const { port1: main, port2: page } = new MessageChannel();
  const [crossed, channels, waiting, listeners] = [[], new Map(), [], []];
  main.on('message', async ({ id, channel, given }) => {
    const reply = channels.has(channel) ? await channels.get(channel)(...given) : { error: { code: 'no-such-channel' } };
    crossed.push(reply);
    main.postMessage({ id, reply });
  });
  page.on('message', ({ id, reply, event }) => (id === undefined ? listeners.forEach((told) => told({}, event)) : waiting[id](reply)));
  return {
    crossed,
    handle: (channel, answer) => channels.set(channel, answer),
    send: (event) => {
      crossed.push(event);
      main.postMessage({ event });
    },
    ipcRenderer: {
      invoke: (channel, ...given) =>
        new Promise((resolve) => {
          page.postMessage({ id: waiting.push(resolve) - 1, channel, given });
        }),
      on: (_, told) => listeners.push(told),
    },
    close: () => main.close(),
  };
}

/** What the preload script gives the page. */
function preloaded(ipcRenderer) {
  const world = {};
  const contextBridge = { exposeInMainWorld: (name, value) => (world[name] = value) };
  const required = (name) => (name === 'electron' ? { contextBridge, ipcRenderer } : assert.fail(`a sandboxed preload script cannot require ${name}`));
  runInNewContext(readFileSync(join(folder, 'preload.cjs'), 'utf8'), { require: required });
  return world;
}

let authority;
before(async () => {
  if (!skip) authority = await startAuthority();
});
after(() => authority?.stop());

/** The app as far as Node can run it. */
async function started(directory, key) {
  const [{ openIdentity }, { serve }] = await Promise.all([part('identity.js'), part('ipc.js')]);
  const { SafeStorage } = await import(createRequire(join(folder, 'main.js')).resolve('agent-identity/hosts/safe-storage'));
  const storage = new SafeStorage({ safeStorage: safeStorageOf(key), directory });
  const { authapiBase, responsesUrl, token } = authority;
  const settings = { authapiBase, responsesUrl, accountId: 'acct-1', chatgptUserId: 'user-1', model: 'm', readToken: async () => token };
  const between = ipc();
  const operations = await openIdentity({ storage, settings, onEvent: between.send });
  serve(operations, between.handle);
  return { ...between, identity: preloaded(between.ipcRenderer).identity, storage };
}

test('from nothing to an answer, and again after a restart; no secret crosses', { skip }, async () => {
  const [directory, key] = [folderFor('user-data'), randomBytes(32)];
  const app = await started(directory, key);
  const { identity } = app;
  const events = [];
  identity.onProgress(({ kind }) => events.push(kind));
  assert.deepEqual(await identity.status(), { value: {} });
  assert.equal((await identity.ask('hello')).error.code, 'failed');
  const { value: enrolled } = await identity.enroll();
  assert.equal(enrolled.accountId, 'acct-1');
  const { value: answer } = await identity.ask('hello');
  assert.equal(answer.status, 200, answer.text);
  assert.ok(events.includes('registered'), String(events));
  app.close();

  const again = await started(directory, key);
  assert.deepEqual((await again.identity.status()).value, enrolled);
  assert.equal((await again.identity.ask('hello')).value.status, 200);

  const record = JSON.parse(new TextDecoder().decode((await again.storage.load('auth.json')).document));
  const secret = record.agent_identity.agent_private_key;
  const said = JSON.stringify([app.crossed, again.crossed]);
  for (const one of [secret.slice(24), authority.token, 'AgentAssertion']) assert.ok(one && !said.includes(one));
  const sealed = readdirSync(again.storage.directory).map((name) => readFileSync(join(again.storage.directory, name), 'latin1')).join('');
  assert.ok(!sealed.includes(secret.slice(24)) && !sealed.includes('agent_identity'));

  assert.deepEqual((await again.identity.logout()).value, {});
  assert.equal(await again.storage.load('auth.json'), undefined);
  again.close();
});

test('the page gets four operations and events, no more; arguments are checked, errors are told with their code', { skip }, async () => {
  const app = await started(folderFor('user-data'), randomBytes(32));
  assert.deepEqual(Object.keys(app.identity).sort(), ['ask', 'enroll', 'logout', 'onProgress', 'status']);
  for (const wrong of [undefined, 5, '', 'x'.repeat(4001), ['x']]) assert.equal((await app.identity.ask(wrong)).error.code, 'argument-invalid');
  assert.equal((await app.ipcRenderer.invoke('identity:reveal')).error.code, 'no-such-channel');
  await authority.faults('agent/401');
  const { error } = await app.identity.enroll();
  await authority.faults('');
  assert.deepEqual(Object.keys(error).sort(), ['advice', 'code', 'message']);
  app.close();
});

test('only the files of the page are served', async () => {
  const { PAGE, fileOf } = await part('page.js');
  assert.equal(fileOf(PAGE), 'page/index.html');
  for (const url of ['app://page/../main.js', 'app://page/%2e%2e/main.js', 'app://page/preload.cjs', 'app://other/index.html', 'app://page/']) {
    assert.equal(fileOf(url), undefined, url);
  }
});

test("the page's policy allows its own files only, and the page needs no more", () => {
  const html = readFileSync(join(folder, 'page/index.html'), 'utf8');
  const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(html);
  assert.match(policy, /^default-src 'none';/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|\son\w+=|style=/);
  assert.doesNotMatch(readFileSync(join(folder, 'page/page.js'), 'utf8'), /innerHTML|eval|fetch\(|require\(|^import /m);
});

test('the window is isolated and goes nowhere else', () => {
  const main = readFileSync(join(folder, 'main.js'), 'utf8');
  for (const one of ['contextIsolation: true', 'sandbox: true', 'nodeIntegration: false', 'will-navigate', "action: 'deny'", 'senderFrame', 'setPermissionRequestHandler']) {
    assert.ok(main.includes(one), one);
  }
});
