// What the page knows, and who is told when that changes.

/**
 * @typedef {object} Profile What is remembered of a registration. Nothing of it is secret.
 * @property {string} authapiBase
 * @property {string} accountId
 * @property {string} chatgptUserId
 * @property {string} agentRuntimeId
 */

/**
 * @typedef {object} Session
 * @property {import('./library.js').Component} component
 * @property {import('./library.js').WebCryptoCustodian} custodian
 * @property {string | undefined} custodyRefusal why the browser cannot keep a key; nothing if it can
 * @property {boolean} lasts whether keys and documents outlive this tab
 * @property {import('./documents.js').Documents} documents
 * @property {import('./timeline.js').Timeline} timeline
 * @property {import('./clock.js').ClockIndicator} clock
 * @property {'browser' | 'component'} [custody]
 * @property {import('./library.js').Key} [key]
 * @property {Profile} [profile]
 * @property {import('./library.js').Agent | undefined} [agent]
 * @property {string} [signed] the header that was signed last
 */

const listeners = /** @type {Set<() => void>} */ (new Set());

/** @param {() => void} listener is called now and after each change */
export function onChange(listener) {
  listeners.add(listener);
  listener();
}

/** Tells everybody. */
export function changed() {
  for (const listener of listeners) listener();
}

/**
 * Opens the agent that was registered, with its key.
 * @param {Session} session
 */
export function openAgent(session) {
  const { component, key, profile, clock } = session;
  session.agent?.dispose();
  session.agent =
    key && profile && component.Agent.open({ ...profile, key, clockOffsetMs: 0, onEvent: (event) => session.timeline.event(event) });
  clock.follow(session.agent);
  changed();
}

/** The name under which the browser keeps the key. */
export const KEY_ID = 'console';
