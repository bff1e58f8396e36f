// The console in Chromium, against the real authority that serves it, from a key to a verdict.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { end } from '../../runners/children.mjs';
import { skip as noProgram, startAuthority } from '../authority.mjs';
import { brokenIds, lowContrasts, nameless, tooSmall } from './accessibility.mjs';
import { buildConsole } from './build.mjs';
import { CHROMIUM, startBrowser } from './page.mjs';

const skip = CHROMIUM ? noProgram : 'no chromium on the PATH, nor in CHROMIUM';
/** RFC 8410 would call it an example; nobody's key. */
const SEED = '07'.repeat(32);
const PEM = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n-----END PRIVATE KEY-----\n';
const THUMBPRINT = '--6IM5l0OosLj9yWskISYhUA3n_3CURQkmrYMSha_ck';

describe('console', { skip }, () => {
  let folder;
  let browser;
  const authorities = [];

  before(async () => {
    folder = await buildConsole();
    browser = startBrowser();
  });

  after(async () => {
    await end();
    await Promise.all(authorities.map((one) => one.stop()));
  });

  /** A page of a fresh authority; each has an origin, and so a storage, of its own. */
  async function open(...options) {
    const authority = await startAuthority('--console', folder, ...options);
    authorities.push(authority);
    const page = await browser.open(`${authority.origin}/console/`);
    const says = (selector, pattern) => page.until(`${pattern}.test(document.querySelector('${selector}').innerText)`, `${selector} does not say ${pattern}`);
    return { authority, page, says };
  }

  /** An agent that can send. */
  async function registered(...options) {
    const scene = await open(...options);
    await scene.page.click('#create');
    await scene.says('#identity-state', /key in the browser/);
    await scene.page.click('#register');
    await scene.says('#registration-state', /^registered/);
    return scene;
  }

  /** What no page may have left behind. */
  async function isClean({ page, authority }) {
    assert.deepEqual(await page.value('window.refused'), [], 'refused by the policy');
    const asked = await page.value(`performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin)`);
    assert.deepEqual(new Set(asked), new Set([authority.origin]), 'somebody else was asked');
  }

  test('from a key to an accepted request and a verdict, by keyboard alone', async () => {
    const scene = await open();
    const { page, says } = scene;
    const press = async (selector) => {
      await page.value(`document.querySelector('${selector}').focus()`);
      await page.key('Enter');
    };
    await press('#create');
    await says('#identity-state', /key in the browser/);
    await press('#register');
    await says('#registration-state', /^registered/);
    await press('#send');
    await says('#request-said', /Accepted/);
    assert.match(await page.text('#answer'), /Verified agent-\S+ for its run task/);

    await press('#send-again');
    await says('#request-said', /2 times by now/);

    const fields = await page.value(`[...document.querySelectorAll('#signed .fields dt')].map((one) => one.textContent)`);
    assert.deepEqual(fields, ['agent_runtime_id', 'signature', 'task_id', 'timestamp']);
    assert.match(await page.text('#signed .life'), /Accepted for another [45] min/);
    assert.match(await page.text('#signed'), /x-codex-turn-metadata/, 'the metadata went with it');

    await press('#verify-signed');
    await press('#verify-form .primary');
    await says('#verdict', /Accepted/);
    assert.equal(await page.value(`document.querySelectorAll('.checks [data-how=good]').length`), 8);
    await isClean(scene);
  });

  test('effects are listed as they happen, and hold no credential', async () => {
    const { page } = await registered();
    const listed = await page.text('#timeline');
    for (const effect of ['/dev/token', '/v1/agent/register', '/task/register', 'by the browser’s key', 'agent_tasks.json', 'task registered']) {
      assert.ok(listed.includes(effect), `${effect} is not listed in\n${listed}`);
    }
    assert.doesNotMatch(listed, /AgentAssertion|Bearer|dev-/);
  });

  test('a pasted header is refused with the check that failed', async () => {
    const { page, says } = await registered();
    await page.click('#sign');
    await says('#request-said', /Nothing was sent/);
    await page.click('#verify-signed');
    await page.value(`document.querySelector('#verify-header').value = document.querySelector('#verify-header').value.replace(/.{9}$/, 'AAAAAAAAA')`);
    await page.click('#verify-form .primary');
    await says('#verdict', /Refused\s+assertion-malformed/);
    assert.equal(await page.value(`document.querySelector('.checks [data-how=bad] .id').textContent`), 'V3');

    await page.click('#verify-signed');
    await page.click('#once');
    await page.click('#verify-form .primary');
    await says('#verdict', /Accepted/);
    await page.click('#verify-form .primary');
    await says('#verdict', /Refused\s+assertion-replayed/);
    await page.type('#verify-key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs');
    await page.click('#verify-form .primary');
    await says('#verdict', /Refused\s+signature-invalid/);
  });

  test('the three renderings follow what is entered, and what is left out is said', async () => {
    const { page, says } = await open();
    await says('#panel-0', /"thread_id"/);
    assert.ok(!(await page.text('#panel-0')).includes('secret'), 'the password of a remote');
    await page.key('Tab');
    await page.value(`document.querySelector('#tab-0').focus()`);
    await page.key('ArrowRight');
    await says('#panel-1', /x-codex-turn-metadata/);
    await page.key('ArrowRight');
    await says('#panel-2', /x-codex-window-id/);
    await page.key('ArrowRight');
    await says('#panel-3', /session_id\s+reserved/);
    await page.value(`(() => { const field = document.querySelector('#snapshot-extras'); field.value = 'team=other'; field.dispatchEvent(new Event('input', { bubbles: true })); })()`);
    await says('#panel-3', /Nothing was left out/);
    await says('#metadata', /Left out 0/);
  });

  test('it signs, renders and verifies without a network', async () => {
    const { page, says } = await registered();
    await page.call('Network.enable');
    await page.call('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
    await page.click('#sign');
    await says('#request-said', /Nothing was sent/);
    await page.click('#verify-signed');
    await page.click('#verify-form .primary');
    await says('#verdict', /Accepted/);
    await page.click('#send');
    await says('#request-alert', /./);
  });

  test('an identity is there again after a reload, and gone when it is forgotten', async () => {
    const { page, says, authority } = await registered();
    const agent = await page.text('#registration-facts');
    await page.go(`${authority.origin}/console/`);
    await says('#registration-state', /^registered/);
    assert.equal(await page.text('#registration-facts'), agent);
    await page.click('#send');
    await says('#request-said', /Accepted/);

    await page.click('#forget');
    await page.key('Escape');
    await says('#identity-state', /key in the browser/);
    await page.click('#forget');
    await page.click('dialog .danger');
    await says('#identity-state', /no key/);
    await page.go(`${authority.origin}/console/`);
    await says('#identity-state', /no key/);
  });

  test('no script can read the key, and no secret stays in the page', async () => {
    const { page, says, authority } = await open();
    await page.click('#import-toggle');
    await page.type('#import-text', PEM);
    await page.click('#import-form .primary');
    await says('#identity-state', /key in the browser/);
    assert.ok((await page.text('#key-facts')).includes(THUMBPRINT));
    await page.click('input[name=token][value=own]');
    await page.type('#access-token', authority.token);
    await page.click('#register');
    await says('#registration-state', /^registered/);

    const held = await page.value(`document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map((one) => one.value).join('\\n')`);
    for (const secret of [authority.token, 'BwcHBwcHBwcHBwcH', SEED]) assert.ok(!held.includes(secret), 'a secret is in the page');
    const kept = await page.value(`new Promise((resolve) => {
      const opening = indexedDB.open('agent-identity-console');
      opening.onsuccess = () => {
        const all = opening.result.transaction('keys').objectStore('keys').getAll();
        all.onsuccess = async () => {
          const [{ privateKey }] = all.result;
          const exported = await crypto.subtle.exportKey('pkcs8', privateKey).then(() => 'exported', (error) => error.name);
          resolve([privateKey.extractable, exported]);
        };
      };
    })`);
    assert.deepEqual(kept, [false, 'InvalidAccessError']);
  });

  test('a task id that is sealed needs a key in the component, and the page says so', async () => {
    const { page, says } = await open('--task-ids', 'sealed');
    await page.click('#create');
    await says('#identity-state', /key in the browser/);
    await page.click('#register');
    await says('#registration-alert', /sealed-open-failed[^]*kept in the component/);
    await page.click('#forget');
    await page.click('dialog .danger');
    await says('#identity-state', /no key/);
    await page.click('input[value=component]');
    await page.click('#create');
    await says('#identity-state', /key in the component/);
    await page.click('#register');
    await says('#registration-state', /^registered/);
  });

  test('a clock that is off is measured, shown and corrected', async () => {
    const { page, says } = await open('--fault', 'skew:+400s');
    await says('#clock', /\+(399|400)\.\d s ±[^]*slow by more than is accepted/);
    await page.click('#create');
    await says('#identity-state', /key in the browser/);
    await page.click('#register');
    await says('#registration-state', /^registered/);
    await page.click('#send');
    await says('#request-said', /Accepted/);
    await says('#clock', /corrects its headers by (399|400)\.\d s/);
  });

  test('what the browser denies is said', async () => {
    const { page, authority, says } = await open();
    const { identifier } = await page.call('Page.addScriptToEvaluateOnNewDocument', {
      source: `Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } })`,
    });
    await page.go(`${authority.origin}/console/`);
    await says('#custody-browser-note', /denies IndexedDB[^]*gone with this tab/);
    await page.call('Page.removeScriptToEvaluateOnNewDocument', { identifier });
    await page.call('Page.addScriptToEvaluateOnNewDocument', {
      source: `SubtleCrypto.prototype.generateKey = () => Promise.reject(new DOMException('none', 'NotSupportedError'))`,
    });
    await page.go(`${authority.origin}/console/`);
    await says('#custody-browser-note', /Not here: .*no Ed25519/);
    await page.click('#create');
    await says('#identity-state', /key in the component/);
  });

  test('every control has a name, every text its contrast, in both themes and on narrow screens', async () => {
    const { page, says } = await registered();
    await page.click('#send');
    await says('#request-said', /Accepted/);
    await page.click('#verify-signed');
    await page.click('#verify-form .primary');
    await says('#verdict', /Accepted/);
    await page.type('#verify-header', 'AgentAssertion x');
    await page.click('#verify-form .primary');
    await says('#verdict', /Refused/);
    for (const scheme of ['light', 'dark']) {
      await page.prefer(scheme, 'reduce');
      assert.deepEqual(await lowContrasts(page), [], scheme);
    }
    await page.click('input[name=theme][value=light]');
    assert.equal(await page.value('getComputedStyle(document.documentElement).colorScheme'), 'light');
    assert.deepEqual(await lowContrasts(page), [], 'light by choice');
    assert.deepEqual(await nameless(page), []);
    assert.deepEqual(await brokenIds(page), []);
    assert.equal(await page.value(`getComputedStyle(document.documentElement).scrollBehavior`), 'auto', 'motion is reduced');
    for (const [width, height] of [[1280, 900], [900, 900], [390, 844], [320, 640]]) {
      await page.resize({ width, height });
      assert.equal(await page.value('document.documentElement.scrollWidth'), width, `it scrolls sideways at ${width}`);
      assert.deepEqual(await tooSmall(page), [], `${width}`);
    }
  });

  test('focus goes through the page in the order it is read, and is always seen', async () => {
    const { page } = await open();
    await page.prefer('light', 'reduce');
    const seen = [];
    for (let step = 0; step < 60; step += 1) {
      await page.key('Tab');
      const at = await page.value(`(() => {
        const one = document.activeElement;
        if (one === document.body) return undefined;
        const shown = one.matches('.theme input') ? one.nextElementSibling : one;
        const { outlineStyle, outlineWidth } = getComputedStyle(shown);
        const order = [...document.querySelectorAll('*')].indexOf(one);
        return { order, name: one.id || one.textContent.trim(), outline: outlineStyle + ' ' + outlineWidth };
      })()`);
      if (!at) break;
      seen.push(at);
    }
    assert.equal(seen[0]?.name, 'Skip to the steps');
    assert.ok(seen.length > 20, `only ${seen.length} stops`);
    assert.deepEqual(seen.filter(({ outline }) => !/^(solid|auto) [23]px/.test(outline)), [], 'focus that is not seen');
    const orders = seen.map(({ order }) => order);
    assert.deepEqual(orders, [...orders].sort((a, b) => a - b));
  });

  test('the page needs no build: its sources are modules', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };
    const server = createServer(({ url }, answer) => {
      const { pathname } = new URL(url, 'http://origin');
      if (!/^\/(console|dist)\/[\w./-]+$/.test(pathname) || pathname.includes('..')) return answer.writeHead(404).end();
      answer.writeHead(200, { 'content-type': types[extname(pathname)] }).end(readFileSync(root + pathname));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const page = await browser.open(`http://127.0.0.1:${server.address().port}/console/index.html`);
      await page.click('#create');
      await page.until(`/key in/.test(document.querySelector('#identity-state').innerText)`, 'no key');
      assert.deepEqual(await page.value('window.refused'), []);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
