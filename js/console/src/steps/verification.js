// A header, judged: the verdict in words, and which check gave it.

import { AgentIdentityError, hasCode } from '../library.js';
import { busy, state } from '../busy.js';
import { area, button, byId, copyable, el, facts, form, input } from '../dom.js';
import { ADVICE, sentence } from '../failure.js';
import { dissection, duration } from '../header.js';
import { onChange } from '../session.js';

/** @typedef {import('../session.js').Session} Session */

/** The checks in their order, and the codes of each. @type {[id: string, what: string, codes: string[]][]} */
const CHECKS = [
  ['V1', 'one header with the scheme AgentAssertion', ['assertion-missing']],
  ['V2', 'of bearable length', ['assertion-too-long']],
  ['V3', 'an envelope with its four members', ['assertion-malformed']],
  ['V4', 'whose ids and time are well formed', ['runtime-id-invalid', 'task-id-invalid', 'timestamp-invalid']],
  ['V5', 'of an agent that is registered', ['agent-unknown', 'agent-revoked']],
  ['V6', 'signed by its key', ['signature-invalid']],
  ['V8', 'not too old', ['assertion-expired']],
  ['V9', 'not ahead of the clock', ['assertion-not-yet-valid']],
  ['V11', 'and not seen too often', ['assertion-replayed', 'replay-store-unavailable']],
];

/** @param {Session} session */
export function startVerification(session) {
  /** @type {import('../library.js').ReplayWindow | undefined} */
  let replays;
  const once = input('once');
  once.addEventListener('change', () => {
    replays?.dispose();
    replays = undefined;
  });
  form('verify-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const policy = { maxAgeS: input('max-age').valueAsNumber, aheadS: input('ahead').valueAsNumber };
    if (once.checked) replays ??= session.component.ReplayWindow.open({ mode: { tag: 'strict' }, policy });
    void busy('verification', '', async () => verify(session, policy, replays));
  });
  button('verify-signed').addEventListener('click', () => {
    area('verify-header').value = session.signed ?? '';
    area('verify-key').value = session.key?.public().ssh ?? '';
    area('verify-header').focus();
  });
  onChange(() => (button('verify-signed').disabled = !session.signed));
}

/**
 * @param {Session} session
 * @param {{ maxAgeS: number, aheadS: number }} policy
 * @param {import('../library.js').ReplayWindow | undefined} replays
 */
function verify({ component }, policy, replays) {
  const header = area('verify-header').value.trim().replace(/^authorization:\s*/i, '');
  const known = area('verify-key').value.trim();
  const { VerifyingKey, Verifier, Assertion } = component;
  const key = known ? VerifyingKey.import(known.startsWith('{') ? 'jwk' : 'ssh', new TextEncoder().encode(known)) : undefined;
  const place = byId('verdict');
  try {
    const accepted = Verifier.verifyAssertion(header, key, { markS: replays?.mark() }, policy);
    replays?.admit(accepted.replayKey, accepted.timestampS);
    const list = el('dl', { class: 'facts' });
    facts(list, [
      ['Could be accepted until', new Date(accepted.retainUntilMs).toISOString().replace('.000', ''), `for another ${duration((accepted.retainUntilMs - Date.now()) / 1000)}`],
      ['Replay key', copyable(hex(accepted.replayKey), 'the replay key'), 'SHA-256 over public key and signed text'],
    ]);
    const { agentRuntimeId, taskId } = Assertion.parse(header);
    const ageS = Date.now() / 1000 - accepted.timestampS;
    const when = ageS < 1 ? 'within the last second' : `${duration(ageS)} ago`;
    const words = `Signed by this key ${when}, as ${agentRuntimeId}, for ${taskId}.`;
    place.replaceChildren(verdict('good', 'Accepted', words), checks(undefined, replays !== undefined), list);
    state('verification', 'accepted', 'good');
  } catch (error) {
    if (!(error instanceof AgentIdentityError) || !CHECKS.some(([, , codes]) => codes.includes(error.code))) {
      place.replaceChildren();
      state('verification', '');
      throw error;
    }
    place.replaceChildren(verdict('bad', 'Refused', sentence(error.message), error), checks(error.code, replays !== undefined));
    state('verification', 'refused', 'bad');
  } finally {
    key?.dispose();
  }
  const assertion = parsed(Assertion, header);
  if (assertion) place.append(dissection(header, assertion, { policy, title: 'What it says' }));
  return '';
}

/**
 * @param {import('../library.js').Assertions} assertions
 * @param {string} header
 */
function parsed(assertions, header) {
  try {
    return assertions.parse(header);
  } catch (error) {
    if (error instanceof AgentIdentityError && !hasCode(error, 'internal')) return undefined;
    throw error;
  }
}

/**
 * @param {'good' | 'bad'} how
 * @param {string} word
 * @param {string} why
 * @param {AgentIdentityError} [error]
 */
function verdict(how, word, why, error) {
  return el(
    'div',
    { class: 'answer', role: 'status', 'data-how': how },
    el('p', { class: 'verdict' }, el('b', {}, word), error && ' ', error && el('code', {}, error.code)),
    el('p', {}, why, error && ` ${ADVICE[error.advice]}`),
  );
}

/**
 * Every check, as far as they went.
 * @param {string | undefined} code
 * @param {boolean} counts
 */
function checks(code, counts) {
  const made = CHECKS.filter(([id]) => counts || id !== 'V11');
  const failed = code === undefined ? made.length : made.findIndex(([, , codes]) => codes.includes(code));
  const items = made.map(([id, what], at) => {
    const [how, word] = at < failed ? ['good', 'passed'] : at === failed ? ['bad', 'failed'] : ['', 'not reached'];
    return el('li', { 'data-how': how }, el('span', { class: 'id' }, id), ` ${what} `, el('span', { class: 'how' }, word));
  });
  return el('ol', { class: 'checks', 'aria-label': 'Checks, in their order' }, ...items);
}

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
