// A request: signed, sent, and its header taken apart.

import { AgentIdentityError } from '../library.js';
import { busy, state } from '../busy.js';
import { area, button, byId, el, facts, form, input } from '../dom.js';
import { described, sentence } from '../failure.js';
import { dissection } from '../header.js';
import { tracedFetch } from '../host.js';
import { changed, onChange } from '../session.js';

/** @typedef {import('../session.js').Session} Session */
/** @typedef {import('../library.js').HeaderPairs} HeaderPairs */
/** @typedef {{ headers: HeaderPairs, clientMetadata: HeaderPairs }} Carried what the metadata of a request adds to it */

/** What was sent last, to be sent again. @type {{ url: string, headers: Headers, body: string } | undefined} */
let last;

/**
 * @param {Session} session
 * @param {() => Carried | undefined} metadata
 */
export function startRequest(session, metadata) {
  const { timeline } = session;
  watchReference(session);
  let stop = new AbortController();
  const doing = async (/** @type {string} */ said, /** @type {string} */ what, /** @type {(signal: AbortSignal) => Promise<string>} */ work) => {
    stop = new AbortController();
    button('request-stop').hidden = false;
    timeline.begin(what);
    await busy('request', said, () => work(stop.signal));
    button('request-stop').hidden = true;
    changed();
  };
  button('request-stop').addEventListener('click', () => stop.abort());
  form('request-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void doing('Signing and sending…', 'Sign and send', (signal) => send(session, metadata, signal));
  });
  button('sign').addEventListener('click', () => void doing('Signing…', 'Sign', (signal) => sign(session, signal)));
  button('send-again').addEventListener('click', () => void doing('Sending it again…', 'Send the same header', (signal) => sendAgain(session, signal)));
  onChange(() => show(session));
}

/**
 * @param {Session} session
 * @param {() => Carried | undefined} metadata
 * @param {AbortSignal} signal
 */
async function send(session, metadata, signal) {
  const agent = agentOf(session);
  const url = input('request-url').value.trim();
  const carried = input('with-metadata').checked ? metadata() : undefined;
  const body = bodyWith(carried);
  const traced = tracedFetch(session.timeline, session.clock);
  /** @type {typeof globalThis.fetch} */
  const kept = (target, init) => {
    last = { url, headers: new Headers(init?.headers), body };
    return traced(target, init);
  };
  const headers = [['content-type', 'application/json'], ...(carried?.headers ?? [])];
  const signing = agent.fetchFor({ reference: reference(session), fetch: kept, origins: [new URL(url).origin] });
  const answer = await signing(url, { method: 'POST', headers: /** @type {HeaderPairs} */ (headers), body, credentials: 'omit', cache: 'no-store', signal });
  showSigned(session, last?.headers.get('authorization') ?? '', fieldsOf(last?.headers));
  button('send-again').hidden = false;
  return judge(session, answer);
}

/** @param {Session} session @param {AbortSignal} signal */
async function sendAgain(session, signal) {
  if (!last) throw new Error('nothing was sent yet');
  const { url, headers, body } = last;
  const answer = await tracedFetch(session.timeline, session.clock)(url, { method: 'POST', headers, body, redirect: 'manual', credentials: 'omit', signal });
  return judge(session, answer);
}

/** @param {Session} session @param {AbortSignal} signal */
async function sign(session, signal) {
  const agent = agentOf(session);
  const wanted = reference(session);
  await agent.ensureTask(wanted, { signal });
  const headers = await agent.authorize(wanted, { signal });
  const [authorization, ...others] = headers;
  byId('answer').hidden = true;
  showSigned(session, authorization?.[1] ?? '', others);
  return 'Signed. Nothing was sent.';
}

/**
 * Shows what the authority says.
 * @param {Session} session
 * @param {Response} answer
 */
async function judge({ component }, answer) {
  const text = await answer.text();
  const place = byId('answer');
  place.hidden = false;
  place.dataset['how'] = answer.ok ? 'good' : 'bad';
  const list = el('dl', { class: 'facts' });
  if (answer.ok) {
    const { verified, output_text: said } = completed(text);
    place.replaceChildren(el('p', { class: 'verdict' }, el('b', {}, `Accepted: ${answer.status}`), said && ` ${said}`), list);
    facts(list, Object.entries(verified ?? {}).flatMap(([name, value]) => (value === null ? [] : [[name, el('code', {}, String(value))]])));
    const count = verified?.accepted_count ?? 1;
    return count < 2 ? 'Accepted.' : `Accepted, ${count} times by now: one header stands for all of an agent’s requests of its second, up to the authority’s cap.`;
  }
  const code = codeOf(text);
  const known = component.catalogue().find((one) => one.code === code);
  const error = code && new AgentIdentityError(code, known?.advice ?? 'never', known?.meaning ?? 'the authority refused it');
  const { message, next } = described(error || new Error('the answer names no code'));
  place.replaceChildren(el('p', { class: 'verdict' }, el('b', {}, `Refused: ${answer.status} `), code && el('code', {}, code)), el('p', {}, sentence(message), ' ', next));
  return `Refused with ${answer.status}.`;
}

/** The facts of the last event of a stream, or of a JSON answer. @param {string} text */
function completed(text) {
  const data = text.split('\n').filter((line) => line.startsWith('data: '));
  const json = data.length ? data[data.length - 1]?.slice(6) : text;
  try {
    return JSON.parse(json ?? '');
  } catch {
    return {};
  }
}

/** @param {string} text @returns {string | undefined} */
function codeOf(text) {
  try {
    const { error } = JSON.parse(text);
    return typeof error?.code === 'string' ? error.code : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {Session} session
 * @param {string} header
 * @param {HeaderPairs} others
 */
function showSigned(session, header, others) {
  session.signed = header;
  const { component, agent } = session;
  const figure = dissection(header, component.Assertion.parse(header), { clockOffsetMs: agent?.clockOffsetMs ?? 0, title: 'What was signed' });
  if (others.length) {
    const rows = others.map(([name, value]) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, el('code', {}, value))));
    const table = el('table', {}, el('caption', { class: 'unseen' }, 'Further header fields'), el('tbody', {}, ...rows));
    figure.append(el('div', { class: 'layer' }, el('h3', {}, 'Beside it', el('small', {}, 'further header fields')), el('div', { class: 'table' }, table)));
  }
  byId('signed').replaceChildren(figure);
}

/** @param {Headers | undefined} headers @returns {HeaderPairs} */
function fieldsOf(headers) {
  return [...(headers ?? [])].filter(([name]) => name !== 'authorization' && name !== 'content-type');
}

/** @param {Carried | undefined} carried */
function bodyWith(carried) {
  const text = area('request-body').value;
  if (!carried?.clientMetadata.length) return text;
  /** @type {unknown} */
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Error('the body is not JSON, so it cannot carry metadata: correct it, or send without metadata');
  }
  return JSON.stringify({ .../** @type {object} */ (body), client_metadata: Object.fromEntries(carried.clientMetadata) });
}

/** @param {Session} session */
function agentOf({ agent }) {
  if (!agent) throw new Error('the agent is not registered yet');
  return agent;
}

/** @param {Session} session @returns {string | undefined} */
function reference({ component }) {
  const kind = byId('reference-kind', HTMLSelectElement).value;
  if (kind === 'run') return undefined;
  return component.TaskRef.normalize({ kind, value: input('reference-value').value });
}

/** Shows the one spelling of a reference while it is typed. @param {Session} session */
function watchReference(session) {
  const [kind, value, note] = [byId('reference-kind', HTMLSelectElement), input('reference-value'), byId('reference-note')];
  const show = () => {
    value.disabled = kind.value === 'run';
    note.textContent = '';
    value.removeAttribute('aria-invalid');
    if (value.disabled || !value.value) return;
    try {
      note.replaceChildren('normalised: ', el('code', {}, reference(session) ?? 'none'));
    } catch (error) {
      value.setAttribute('aria-invalid', 'true');
      note.textContent = described(error).message;
    }
  };
  kind.addEventListener('change', show);
  value.addEventListener('input', show);
}

/** @param {Session} session */
function show({ agent, profile, signed }) {
  byId('request-fields').toggleAttribute('disabled', !agent);
  const url = input('request-url');
  if (profile && !url.value) url.value = new URL('/backend-api/codex/responses', profile.authapiBase).href;
  if (!signed) {
    byId('signed').replaceChildren();
    byId('answer').hidden = true;
    button('send-again').hidden = true;
    last = undefined;
  }
  state('request', agent ? (signed ? 'signed' : 'ready') : 'needs a registration', signed ? 'good' : '');
}
