// A header, taken apart: scheme, token, envelope, fields, and how long it is still accepted.

import { WINDOW } from './clock.js';
import { copyable, el, facts } from './dom.js';

/** @typedef {import('./library.js').Assertion} Assertion */

/** Members of the envelope, and what each is for. @type {Record<string, string>} */
const MEANING = {
  agent_runtime_id: 'The agent, as the authority named it. 1 to 256 visible ASCII characters.',
  signature: 'Ed25519 over the signed text, 64 bytes in base64.',
  task_id: 'What the agent works for. Opaque, compared byte by byte.',
  timestamp: 'The second it was signed, UTC. It decides how long the header is accepted.',
};

/**
 * @param {string} header as it stands behind `Authorization: `
 * @param {Assertion} assertion
 * @param {{ clockOffsetMs?: number, policy?: { maxAgeS: number, aheadS: number }, title: string }} about
 */
export function dissection(header, assertion, { clockOffsetMs = 0, policy = { maxAgeS: WINDOW.back, aheadS: WINDOW.ahead }, title }) {
  const at = header.indexOf(' ');
  const token = header.slice(at + 1);
  const list = el('dl', { class: 'facts fields' });
  facts(
    list,
    members(token).map(([name, value]) => [name, el('code', { class: `part ${name}` }, value), MEANING[name]]),
  );
  const signedText = [
    el('span', { class: 'part agent_runtime_id' }, assertion.agentRuntimeId),
    ':',
    el('span', { class: 'part task_id' }, assertion.taskId),
    ':',
    el('span', { class: 'part timestamp' }, assertion.timestamp),
  ];
  return el(
    'figure',
    { class: 'dissection' },
    el('figcaption', {}, title),
    el('div', { class: 'layer' }, el('h3', {}, 'Header'), wire('Authorization: ', header, 'the header')),
    el('div', { class: 'layer' }, el('h3', {}, 'Envelope', el('small', {}, `base64url of ${decoded(token).length} bytes of JSON`)), envelope(token)),
    el('div', { class: 'layer' }, el('h3', {}, 'Fields'), list),
    el('div', { class: 'layer' }, el('h3', {}, 'Signed text', el('small', {}, 'what the signature is over')), el('p', { class: 'wire' }, ...signedText)),
    el('div', { class: 'layer' }, el('h3', {}, 'Life'), life(assertion.timestamp, policy, clockOffsetMs)),
  );
}

/** @param {string} name @param {string} header @param {string} what */
function wire(name, header, what) {
  const shown = copyable(header, what);
  const code = /** @type {HTMLElement} */ (shown.querySelector('code'));
  const [scheme = ''] = header.split(' ', 1);
  code.replaceChildren(el('span', { class: 'faint' }, name), el('b', {}, scheme), ' ', el('span', { class: 'token' }, header.slice(scheme.length + 1)));
  shown.classList.add('wire');
  return shown;
}

/** The JSON as it is in the token, with its values marked. @param {string} token */
function envelope(token) {
  const parts = members(token).flatMap(([name, , json], index) => [index ? ',' : '', `${JSON.stringify(name)}:`, el('span', { class: `part ${name}` }, json)]);
  return el('p', { class: 'wire' }, '{', ...parts, '}');
}

/** @param {string} token @returns {[name: string, value: string, json: string][]} */
function members(token) {
  return Object.entries(JSON.parse(decoded(token))).map(([name, value]) => [name, String(value), JSON.stringify(value)]);
}

/** @param {string} token */
function decoded(token) {
  const binary = atob(token.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}

/**
 * A bar that shrinks while the header ages. It ends with its element.
 * @param {string} timestamp
 * @param {{ maxAgeS: number, aheadS: number }} policy
 * @param {number} clockOffsetMs
 */
function life(timestamp, { maxAgeS, aheadS }, clockOffsetMs) {
  const left = el('span', { class: 'left' });
  const words = el('span', {});
  const bar = el('div', { class: 'life' }, el('div', { class: 'track', 'aria-hidden': 'true' }, left), el('p', {}, words));
  const signedMs = Date.parse(timestamp);
  const show = () => {
    const ageS = (Date.now() + clockOffsetMs - signedMs) / 1000;
    const restS = maxAgeS - ageS;
    left.style.width = `${Math.max(0, Math.min(1, restS / maxAgeS)) * 100}%`;
    bar.dataset['state'] = restS < 0 ? 'bad' : ageS < -aheadS ? 'bad' : restS < 30 ? 'fair' : 'good';
    words.textContent = said(ageS, restS, aheadS);
    if (restS < -1) clearInterval(timer);
  };
  const timer = setInterval(() => (bar.isConnected ? show() : clearInterval(timer)), 1000);
  show();
  return bar;
}

/** @param {number} ageS @param {number} restS @param {number} aheadS */
function said(ageS, restS, aheadS) {
  if (restS < 0) return `Expired ${duration(-restS)} ago. Nobody can use it any more.`;
  if (ageS < -aheadS) return `Signed ${duration(-ageS)} ahead of the clock: not valid yet.`;
  const signed = ageS < 0 ? `${duration(-ageS)} ahead` : ageS < 1 ? 'just now' : `${duration(ageS)} ago`;
  return `Signed ${signed}. Accepted for another ${duration(restS)}: until then it is a credential.`;
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  if (whole < 172_800) return `${Math.floor(whole / 3600)} h`;
  return `${Math.floor(whole / 86_400)} days`;
}
