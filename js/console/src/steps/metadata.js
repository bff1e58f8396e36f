// What a request says about itself, rendered while it is entered.

import { byId, copyable, el, form } from '../dom.js';
import { showFailure } from '../failure.js';
import { state } from '../busy.js';
import { buildForm, readForm } from '../snapshot.js';
import { startTabs } from '../tabs.js';

/** @typedef {import('../session.js').Session} Session */
/** @typedef {import('../library.js').types.Rendering} Rendering */

/** What each reason means, for people. @type {Record<string, string>} */
const REASONS = {
  illegal: 'its value cannot be sent in this place',
  empty: 'it is empty',
  reserved: 'the name is the client’s own',
  shadowed: 'another fact has the name',
  overwritten: 'a later one takes its place',
};

/**
 * @param {Session} session
 * @returns {() => import('./request.js').Carried | undefined} what a request carries at the moment
 */
export function startMetadata({ component }) {
  const { metadata } = component;
  const threads = metadata.knownThreads();
  const made = { installationId: crypto.randomUUID(), sessionId: threads.reserve(), threadId: threads.reserve(), turnId: threads.reserve() };
  threads.dispose();
  const snapshotForm = form('snapshot-form');
  buildForm(snapshotForm, made);
  const tabs = startTabs(byId('rendering-tabs'), byId('rendering-panels'), ['Canonical', 'Flat map', 'Header fields', 'Left out']);
  /** @type {Rendering | undefined} */
  let current;
  const render = () => {
    try {
      const { snapshot, kind, transport, additions } = readForm(snapshotForm, made);
      current = metadata.render(snapshot, kind, transport, additions);
      showFailure('metadata-alert');
      show(tabs, current);
    } catch (error) {
      current = undefined;
      showFailure('metadata-alert', error);
      state('metadata', 'cannot be rendered', 'bad');
    }
    byId('renderings').hidden = current === undefined;
  };
  let pending = 0;
  snapshotForm.addEventListener('submit', (event) => event.preventDefault());
  snapshotForm.addEventListener('input', () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(render);
  });
  render();
  return () => current && { headers: current.headers, clientMetadata: current.clientMetadata };
}

/** @param {ReturnType<typeof startTabs>} tabs @param {Rendering} rendering */
function show(tabs, { canonical, clientMetadata, headers, dropped, promptCacheKey }) {
  const bytes = canonical?.length ?? 0;
  state('metadata', `${bytes ? `${bytes} bytes, ` : ''}${headers.length} header fields${dropped.length ? `, ${dropped.length} left out` : ''}`);
  tabs.fill('Canonical', canonical === undefined ? nothing('This transport has no canonical string.') : canonicalView(canonical));
  tabs.fill('Flat map', clientMetadata.length ? pairs(clientMetadata, 'Flat map') : nothing('This transport has no flat map.'), clientMetadata.length);
  const cacheKey = el('p', { class: 'note' }, 'prompt_cache_key of the body: ', el('code', {}, promptCacheKey));
  tabs.fill('Header fields', el('div', {}, headers.length ? pairs(headers, 'Header fields') : nothing('No header field.'), cacheKey), headers.length);
  const reasons = /** @type {[string, string, string][]} */ (dropped.map(({ name, reason }) => [name, reason, REASONS[reason] ?? '']));
  tabs.fill('Left out', reasons.length ? droppedView(reasons) : nothing('Nothing was left out.'), reasons.length);
}

/** As it is on the wire, and below it member by member. @param {string} canonical */
function canonicalView(canonical) {
  const wire = copyable(canonical, 'the canonical string');
  wire.classList.add('wire');
  const members = Object.entries(JSON.parse(canonical)).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  return el('div', {}, wire, pairs(/** @type {[string, string][]} */ (members), 'Members of the canonical string, in order'));
}

/** @param {[string, string][]} rows @param {string} caption */
function pairs(rows, caption) {
  const cells = rows.map(([name, value]) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, el('code', {}, value))));
  return el('div', { class: 'table' }, el('table', {}, el('caption', { class: 'unseen' }, caption), el('tbody', {}, ...cells)));
}

/** @param {[name: string, reason: string, meaning: string][]} rows */
function droppedView(rows) {
  const cells = rows.map(([name, reason, meaning]) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, el('code', {}, reason), ` ${meaning}`)));
  return el('div', { class: 'table' }, el('table', {}, el('caption', { class: 'unseen' }, 'What was left out, and why'), el('tbody', {}, ...cells)));
}

/** @param {string} text */
const nothing = (text) => el('p', { class: 'note' }, text);
