// The key: made, taken over, shown and forgotten.

import { busy, state } from '../busy.js';
import { area, button, byId, copyable, facts, form, input } from '../dom.js';
import { KEY_ID, changed, onChange, openAgent } from '../session.js';

/** @typedef {import('../session.js').Session} Session */

/** @param {Session} session */
export function startIdentity(session) {
  offerCustody(session);
  form('key-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void busy('identity', 'Making a key…', () => create(session));
  });
  const toggle = button('import-toggle');
  toggle.addEventListener('click', () => {
    const isOpen = toggle.getAttribute('aria-expanded') === 'true';
    toggle.setAttribute('aria-expanded', String(!isOpen));
    form('import-form').hidden = isOpen;
    if (!isOpen) byId('import-form-name').focus();
  });
  form('import-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void busy('identity', 'Reading the key…', () => take(session));
  });
  const dialog = byId('forget-dialog', HTMLDialogElement);
  button('forget').addEventListener('click', () => dialog.showModal());
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'forget') void busy('identity', 'Forgetting…', () => forget(session));
    dialog.returnValue = '';
  });
  onChange(() => show(session));
}

/** Says so where the browser cannot keep a key, or not for long. @param {Session} session */
function offerCustody({ custodyRefusal, lasts }) {
  const [browser, component] = custodyInputs();
  const note = byId('custody-browser-note');
  if (custodyRefusal !== undefined) {
    browser.disabled = true;
    component.checked = true;
    note.textContent = `Not here: ${custodyRefusal}`;
  } else if (!lasts) {
    note.textContent = 'WebCrypto keeps it, in memory: this browser denies IndexedDB here. No script can read it, and it is gone with this tab.';
  }
}

/** @param {Session} session */
async function create(session) {
  const { component, custodian, timeline } = session;
  if (chosenCustody() === 'component') {
    keep(session, 'component', component.Key.generate());
    return 'A key was made in the component.';
  }
  timeline.begin('Create a key');
  const kept = await timeline.run('store', 'a non-extractable key', () => custodian.generate(KEY_ID), () => 'kept and tried');
  keep(session, 'browser', component.Key.custodial(kept));
  return 'A key was made. No script can read its private half.';
}

/** Takes over a key. What it was read from is cleared first. @param {Session} session */
async function take(session) {
  const { component, custodian, timeline } = session;
  const [form, data] = await readSecret();
  try {
    if (chosenCustody() === 'component') {
      keep(session, 'component', component.Key.import(form, data));
      return 'The key is in the component.';
    }
    timeline.begin('Import a key');
    const kept = await timeline.run('store', 'a non-extractable key', () => custodian.import(KEY_ID, form, data), () => 'kept and tried');
    keep(session, 'browser', component.Key.custodial(kept));
    return 'The key is in the browser’s keeping. No script can read it from here on; destroy the copy it came from.';
  } finally {
    data.fill(0);
  }
}

/** @returns {Promise<[form: 'pkcs8-pem' | 'pkcs8-der' | 'seed', data: Uint8Array]>} */
async function readSecret() {
  const [text, file, name] = [area('import-text'), input('import-file'), byId('import-form-name', HTMLSelectElement).value];
  const chosen = file.files?.[0];
  const secret = text.value.trim() ? text.value : ((await chosen?.text()) ?? '');
  text.value = '';
  file.value = '';
  if (!secret.trim()) throw new Error('there is no key to read: paste one, or choose a file');
  if (name === 'pkcs8-pem') return ['pkcs8-pem', new TextEncoder().encode(secret)];
  return name === 'seed-hex' ? ['seed', bytesOfHex(secret.trim())] : ['pkcs8-der', bytesOfBase64(secret.trim())];
}

/** @param {string} text */
function bytesOfHex(text) {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error('a seed has 64 hex digits');
  return Uint8Array.from({ length: 32 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** @param {string} text */
function bytesOfBase64(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new Error('this is not base64');
  }
}

/**
 * @param {Session} session
 * @param {'browser' | 'component'} custody
 * @param {import('../library.js').Key} key
 */
function keep(session, custody, key) {
  session.custody = custody;
  session.key = key;
  openAgent(session);
  byId('key-view').focus({ preventScroll: true });
}

/** @param {Session} session */
async function forget(session) {
  session.timeline.begin('Forget the identity');
  if (session.custody === 'browser') await session.timeline.run('erase', 'the key', () => session.custodian.erase(KEY_ID));
  await session.documents.forget();
  session.agent?.dispose();
  session.key?.dispose();
  for (const name of /** @type {const} */ (['agent', 'key', 'custody', 'profile', 'signed'])) delete session[name];
  session.clock.follow(undefined);
  changed();
  button('create').focus({ preventScroll: true });
  return 'The identity is forgotten.';
}

/** @param {Session} session */
function show({ key, custody, lasts }) {
  form('key-form').hidden = key !== undefined;
  byId('key-view').hidden = key === undefined;
  if (!key) return state('identity', 'no key');
  form('import-form').hidden = true;
  button('import-toggle').setAttribute('aria-expanded', 'false');
  const { thumbprint, ssh, jwk } = key.public();
  const kept = custody === 'browser' ? 'In this browser, non-extractable' : 'In the component, in memory';
  const until = custody === 'browser' && lasts ? 'It is there again when this page is opened anew.' : 'It is gone when this tab closes.';
  state('identity', custody === 'browser' ? 'key in the browser' : 'key in the component', 'good');
  facts(byId('key-facts'), [
    ['Kept', kept, until],
    ['Thumbprint', copyable(thumbprint, 'the thumbprint'), 'SHA-256 of the JWK (RFC 7638)'],
    ['Public key', copyable(ssh, 'the public key as an SSH line'), 'The line that the authority is sent'],
    ['As JWK', copyable(jwk, 'the public key as JWK')],
  ]);
}

function custodyInputs() {
  const [browser, component] = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[name="custody"]'));
  if (!browser || !component) throw new Error('the page has no choice of custody');
  return /** @type {const} */ ([browser, component]);
}

const chosenCustody = () => (custodyInputs()[0].checked ? 'browser' : 'component');
