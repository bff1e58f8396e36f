// The form of a snapshot: which facts it asks for, and the record they make.

import { el } from './dom.js';

/** @typedef {import('./library.js').types.Snapshot} Snapshot */
/** @typedef {import('./library.js').types.Additions} Additions */
/** @typedef {Record<string, string>} Values */

const KINDS = [
  ['turn', 'turn'],
  ['prewarm', 'prewarm'],
  ['memory', 'memory'],
  ['', 'none'],
];
const TRANSPORTS = [
  ['responses', 'responses'],
  ['websocket-preconnect', 'WebSocket, before the turn'],
  ['websocket-handshake', 'WebSocket, handshake'],
  ['websocket-message', 'WebSocket, message'],
  ['memory-stage-one', 'memory, stage one'],
  ['memories-summarize', 'memories, summarise'],
  ['mcp', 'tool call (_meta)'],
];
const SOURCES = [
  ['root', 'a user or program'],
  ['review', 'sub-agent: review'],
  ['compact', 'sub-agent: compact'],
  ['thread_spawn', 'sub-agent: spawned thread'],
];
const SANDBOXES = [
  ['', 'not said'],
  ['read-only', 'read-only'],
  ['workspace-write', 'workspace-write'],
  ['danger-full-access', 'danger-full-access'],
];

/** @typedef {{ name: string, label: string, options?: string[][], value?: string, lines?: number, note?: string }} Field */

/** @type {[legend: string, fields: Field[]][]} */
const GROUPS = [
  [
    'Request',
    [
      { name: 'kind', label: 'Kind', options: KINDS },
      { name: 'transport', label: 'Transport', options: TRANSPORTS },
      { name: 'originator', label: 'Originator', value: 'agent_identity_console' },
      { name: 'model', label: 'Model', value: 'm' },
    ],
  ],
  [
    'Conversation',
    [
      { name: 'threadId', label: 'Thread' },
      { name: 'turnId', label: 'Turn' },
      { name: 'source', label: 'Works for', options: SOURCES },
      { name: 'parentThreadId', label: 'Parent thread' },
    ],
  ],
  [
    'Place',
    [
      { name: 'sandboxMode', label: 'Sandbox', options: SANDBOXES, value: 'workspace-write' },
      { name: 'root', label: 'Repository', value: '/home/user/project' },
      { name: 'remote', label: 'Its remote', value: 'https://user:secret@git.example/team/project.git', note: 'User name and password are taken out.' },
      { name: 'extras', label: 'Extras', lines: 3, value: 'team=core\nsession_id=mine', note: 'One name=value a line. Reserved names are left out.' },
    ],
  ],
];

/** @param {HTMLFormElement} form @param {Values} made ids that are made for this page */
export function buildForm(form, made) {
  form.replaceChildren(
    ...GROUPS.map(([legend, fields]) => el('fieldset', {}, el('legend', {}, legend), ...fields.map((field) => control(field, made[field.name] ?? field.value ?? '')))),
  );
}

/** @param {Field} field @param {string} value */
function control({ name, label, options, lines, note }, value) {
  const id = `snapshot-${name}`;
  const attributes = { id, name, spellcheck: 'false', autocapitalize: 'off', 'aria-describedby': note && `${id}-note` };
  const made = options
    ? el('select', attributes, ...options.map(([key = '', text = '']) => el('option', { value: key, selected: key === value && value !== '' }, text)))
    : lines
      ? el('textarea', { ...attributes, rows: lines, class: 'code' })
      : el('input', attributes);
  if (!options) made.value = value;
  return el('div', { class: 'field' }, el('label', { for: id }, label), made, note && el('p', { class: 'note', id: `${id}-note` }, note));
}

/**
 * @param {HTMLFormElement} form
 * @param {Values} made
 * @returns {{ snapshot: Snapshot, kind: string | undefined, transport: string, additions: Additions }}
 */
export function readForm(form, made) {
  const entered = new FormData(form);
  const given = (/** @type {string} */ name) => String(entered.get(name) ?? '').trim() || undefined;
  const [threadId, source, root, remote, model] = ['threadId', 'source', 'root', 'remote', 'model'].map(given);
  /** @type {Snapshot} */
  const snapshot = {
    installationId: made['installationId'] ?? '',
    sessionId: made['sessionId'] ?? '',
    threadId: threadId ?? '',
    turnId: given('turnId'),
    windowId: `${threadId ?? ''}:0`,
    windowNumber: 0n,
    parentThreadId: given('parentThreadId'),
    sessionSource: source === undefined || source === 'root' ? { tag: 'root' } : { tag: 'subagent', val: source },
    sandboxMode: given('sandboxMode'),
    workspaces: root === undefined ? [] : [{ root, associatedRemoteUrls: remote === undefined ? [] : [['origin', remote]] }],
    configuredExtras: [],
    execution: model === undefined ? undefined : { model },
    isReviewerRequest: false,
    turn: { isRootAmbiguous: false, extras: extrasIn(given('extras') ?? ''), userInputRequested: false },
  };
  /** @type {Additions} */
  const additions = { originator: given('originator'), betaFeatures: [], responsesLite: false, timingMetrics: false, usResidency: false };
  return { snapshot, kind: given('kind'), transport: given('transport') ?? 'responses', additions };
}

/** @param {string} text @returns {[string, string][]} */
function extrasIn(text) {
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
  });
}
