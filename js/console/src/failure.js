// What went wrong, in words: what happened, its code, and what to do.

import { AgentIdentityError, HostError } from './library.js';
import { byId, el } from './dom.js';

/** @type {Record<import('./library.js').Advice, string>} */
export const ADVICE = {
  never: 'Repeating it unchanged fails again.',
  'after-register': 'Register a new task, then repeat.',
  'back-off': 'Wait a little, then repeat it unchanged.',
  'fix-clock': 'Set the clock right, then repeat.',
  'fix-config': 'Correct what was entered, then repeat.',
};

/** What helps here, where the general advice does not say it. @type {Record<string, string>} */
const HERE = {
  'sealed-open-failed':
    'This authority seals task ids to the agent’s key, and WebCrypto cannot open them. Forget this identity and create one that is kept in the component.',
  'agent-unknown': 'The authority does not know this agent; perhaps it was started anew. Register again.',
  'agent-register-rejected': 'If the access token was not taken, get another one and register again.',
};

/**
 * Shows a failure in a section, or takes it away.
 * @param {string} id
 * @param {unknown} [error]
 */
export function showFailure(id, error) {
  const alert = byId(id);
  alert.hidden = error === undefined;
  if (error === undefined) return alert.replaceChildren();
  const { code, message, next } = described(error);
  alert.replaceChildren(el('p', {}, code && el('code', { class: 'code-name' }, code), code && ' ', message), el('p', { class: 'next' }, next));
}

/**
 * @param {unknown} error
 * @returns {{ code?: string | undefined, message: string, next: string }}
 */
export function described(error) {
  if (error instanceof AgentIdentityError) {
    const { code, message, advice } = error;
    return { code, message: sentence(message), next: HERE[code] ?? ADVICE[advice] ?? '' };
  }
  if (error instanceof HostError) return { code: error.failure, message: sentence(error.message), next: '' };
  if (error instanceof DOMException && error.name === 'AbortError') return { message: 'Stopped.', next: '' };
  return { message: sentence(error instanceof Error ? error.message : String(error)), next: '' };
}

/** @param {string} text */
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
