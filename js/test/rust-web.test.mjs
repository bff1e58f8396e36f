// The crate for Rust programs, in each browser, against the real authority and beside the npm package, with which it shares a database.

import assert from 'node:assert/strict';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import * as chromium from '../runners/browsers/chromium.mjs';
import * as firefox from '../runners/browsers/firefox.mjs';
import * as webkit from '../runners/browsers/webkit.mjs';
import { end, temporaryFolder } from '../runners/children.mjs';
import { skip as noProgram, startAuthority } from './authority.mjs';

/** Built with the compact engine, beside the component. */
const COMPONENT = process.env.AGENT_IDENTITY_COMPONENT ?? fileURLToPath(new URL('../../target/component/portable.wasm', import.meta.url));
const TRIAL = join(dirname(COMPONENT), 'trial');

const unbuilt = existsSync(TRIAL) ? noProgram : `${TRIAL} is missing; run: cargo xtask component`;

const BROWSERS = { Chromium: chromium, Firefox: firefox, WebKit: webkit };

/** The crate is `rust`, the package `npm`, with the hosts that share its database. */
const PAGE = `
import * as rust from './trial.js';
import { load } from './dist/web.js';
import { IndexedDbStorage } from './dist/hosts/indexed-db.js';
import { WebCryptoCustodian } from './dist/hosts/web-crypto.js';
await rust.default({ module_or_path: new URL('trial_bg.wasm', import.meta.url) });
globalThis.rust = rust;
globalThis.npm = async (name) => (await load()).with({ storage: new IndexedDbStorage({ name }), custodian: new WebCryptoCustodian({ name }) });
globalThis.custodian = (name) => new WebCryptoCustodian({ name });
document.documentElement.dataset.ready = 'yes';
`;

/** Once the page has everything: a page whose script awaits may be called loaded before. */
const READY = `new Promise((resolve) => {
  const look = () => (document.documentElement.dataset.ready ? resolve(true) : setTimeout(look, 20));
  look();
})`;

/** Why a browser is left out. */
function missing(name, { isInstalled }) {
  if (!isInstalled) return `${name} is not installed`;
  // Firefox is driven over one.
  return name === 'Firefox' && !globalThis.WebSocket && 'this Node has a WebSocket only with --experimental-websocket';
}

for (const [name, browser] of Object.entries(BROWSERS)) {
  describe(`the crate for Rust programs, in ${name}`, { skip: unbuilt || missing(name, browser) }, () => tests(browser));
}

function tests({ open }) {
  let authority;
  let page;

  before(async () => {
    const folder = temporaryFolder('rust-web');
    cpSync(TRIAL, folder, { recursive: true });
    cpSync(fileURLToPath(new URL('../dist', import.meta.url)), join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'page.js'), PAGE);
    writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="page.js"></script>');
    authority = await startAuthority('--console', folder, '--task-ids', 'plain');
    const visit = await open();
    page = await visit(`${authority.origin}/console/`);
    await page.value(READY);
  });

  after(async () => {
    await end();
    await authority?.stop();
  });

  /** What an async function gives in the page. What is thrown there is text. */
  const here = (run, ...values) => page.value(`(${run})(...${JSON.stringify(values)}).catch((error) => 'thrown: ' + error)`);

  /** A configuration of the package for this authority. */
  const config = () => ({ authapiBase: authority.authapiBase, jwksUrl: authority.jwksUrl, description: { source: 'cli', os: 'web' } });

  test('a key that the browser keeps is one for the crate and the package, and no script reads it', async () => {
    const [made, again, opened, header] = await here(async () => {
      const made = await rust.kept_key('keys', 'main');
      const { VerifyingKey } = await npm('keys');
      const { publicKey } = await custodian('keys').open('main');
      const opened = VerifyingKey.import('raw', publicKey).public().thumbprint;
      return [made, await rust.kept_key('keys', 'main'), opened, await rust.header('keys', 'main', new Uint8Array())];
    });
    assert.deepEqual([again, opened], [made, made]);
    const verified = await here(async (header) => {
      const { Verifier, VerifyingKey } = await npm('keys');
      const key = VerifyingKey.import('raw', (await custodian('keys').open('main')).publicKey);
      Verifier.verifyAssertion(header, key);
      const database = await new Promise((resolve) => (indexedDB.open('keys').onsuccess = ({ target }) => resolve(target.result)));
      const kept = await new Promise((resolve) => (database.transaction('keys').objectStore('keys').get('main').onsuccess = ({ target }) => resolve(target.result)));
      database.close();
      return [kept.privateKey.extractable, kept.privateKey.usages];
    }, header);
    assert.deepEqual(verified, [false, ['sign']]);
  });

  test('a key that the package made signs in the crate', async () => {
    const [made, opened] = await here(async () => {
      const { publicKey } = await custodian('others').generate('main');
      const { VerifyingKey } = await npm('others');
      return [VerifyingKey.import('raw', publicKey).public().thumbprint, await rust.kept_key('others', 'main')];
    });
    assert.equal(opened, made);
  });

  test('section_4_1: the header of a seed is that of the package, byte for byte', async () => {
    const [ours, theirs] = await here(async () => {
      const seed = new Uint8Array(32).fill(7);
      const header = await rust.header('seeds', undefined, seed);
      const { Assertion, Key } = await npm('seeds');
      return [header, Assertion.authorizeAt(Key.import('seed', seed), 'agent-123', 'task-123', Assertion.parse(header).timestamp)];
    });
    assert.equal(ours, theirs);
  });

  test('what the crate stores the package loads, and signs with', async () => {
    const [stored, loaded, status] = await here(
      async (token, config, url) => {
        const stored = await new rust.Enrolled(location.origin, 'shared').bootstrap('acct-1', 'user-1', token);
        const { Enrollment } = await npm('shared');
        const agent = await Enrollment.open(config).load();
        const { status } = await agent.fetchFor({})(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m","input":"hello"}' });
        return [stored, agent.agentRuntimeId, status];
      },
      authority.token,
      config(),
      authority.responsesUrl,
    );
    assert.deepEqual([loaded, status], [stored, 200]);
  });

  test('what the package stores the crate loads, and signs with', async () => {
    const [stored, loaded, answer] = await here(
      async (token, config) => {
        const login = { accountId: 'acct-1', chatgptUserId: 'user-1', planType: 'pro', fedramp: false, accessToken: token };
        const stored = (await (await npm('theirs')).Enrollment.open(config).bootstrap(login)).agentRuntimeId;
        const enrolled = new rust.Enrolled(location.origin, 'theirs');
        return [stored, await enrolled.load(), await enrolled.send()];
      },
      authority.token,
      config(),
    );
    assert.equal(loaded, stored);
    assert.match(answer, /^200 false /);
  });

  test('l6: callers share one bootstrap; d1: a task that ended is replaced once and the request repeated', async () => {
    const [ids, events, answer] = await here(async (token) => {
      const enrolled = new rust.Enrolled(location.origin, 'many');
      const ids = await Promise.all([1, 2, 3].map(() => enrolled.bootstrap('acct-1', 'user-1', token)));
      const events = enrolled.events();
      const ended = await enrolled.ensure_task();
      await fetch('/dev/end-task', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ task_id: ended }) });
      return [ids, events, await enrolled.send()];
    }, authority.token);
    assert.equal(new Set(ids).size, 1);
    assert.equal(events.filter((event) => event === 'Registered agent').length, 1, events.join());
    assert.match(answer, /^200 true /);
  });

  test('a rotation puts the new key in the place of the old one, a login takes the agent of a JWT, a logout forgets it', async () => {
    const [first, waiting, rotated, loggedIn, gone] = await here(
      async (token, jwt) => {
        const enrolled = new rust.Enrolled(location.origin, 'rotated');
        const first = await enrolled.bootstrap('acct-1', 'user-1', token);
        const waiting = await enrolled.rotate(token);
        const rotated = await enrolled.finish_rotation(true);
        const loggedIn = await enrolled.login(jwt);
        await enrolled.logout();
        return [first, waiting, rotated, loggedIn, await new rust.Enrolled(location.origin, 'rotated').load().catch(String)];
      },
      authority.token,
      authority.jwt,
    );
    assert.notEqual(waiting, first);
    assert.equal(rotated, waiting);
    assert.ok(loggedIn && loggedIn !== rotated, loggedIn);
    assert.equal(gone, 'auth-material-missing');
  });

  test('an agent is registered with a key of its own; a token that is refused is the code of the refusal', async () => {
    const [id, refused] = await here(async (token) => {
      return [await rust.register(location.origin, token), await rust.register(location.origin, 'nobody').catch(String)];
    }, authority.token);
    assert.match(id, /^agent/);
    assert.equal(refused, 'agent-register-rejected');
  });
}
