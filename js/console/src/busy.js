// One thing at a time in a section, and what comes of it is said.

import { byId } from './dom.js';
import { showFailure } from './failure.js';

/**
 * Does what was asked in a section. A failure is shown there and goes no further.
 * @param {string} section
 * @param {string} doing said while it is done
 * @param {() => Promise<string>} work gives what is said afterwards
 */
export async function busy(section, doing, work) {
  const place = byId(section);
  if ('busy' in place.dataset) return;
  const said = byId(`${section}-said`);
  // Not `aria-busy`: that would hold back what is said.
  place.dataset['busy'] = '';
  said.textContent = doing;
  showFailure(`${section}-alert`);
  try {
    said.textContent = await work();
  } catch (error) {
    said.textContent = '';
    showFailure(`${section}-alert`, error);
  } finally {
    delete place.dataset['busy'];
  }
}

/**
 * What stands beside the heading of a section.
 * @param {string} section
 * @param {string} text
 * @param {'' | 'good' | 'bad'} [how]
 */
export function state(section, text, how = '') {
  const place = byId(`${section}-state`);
  place.textContent = text;
  place.dataset['how'] = how;
  const link = document.querySelector(`.steps-nav a[href="#${section}"]`);
  link?.setAttribute('data-how', how);
}
