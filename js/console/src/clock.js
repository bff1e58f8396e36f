// How the clock of this device stands to that of the authority.

import { byId, el } from './dom.js';

/** What a backend usually accepts: this many seconds back and ahead. */
export const WINDOW = { back: 300, ahead: 10 };
/** The end of the scale, seconds. */
const SCALE = 400;
/** A field `Date` has whole seconds, so half of one is added to it and its error is at most that. */
const HALF_S = 500;

export class ClockIndicator {
  #agent = /** @type {import('./library.js').Agent | undefined} */ (undefined);
  #value = el('p', { class: 'reading' }, 'not measured yet');
  #words = el('p', { class: 'note' }, 'The first answer of the authority tells.');
  #needle = el('span', { class: 'needle' });
  #spoken = byId('clock').appendChild(el('p', { class: 'unseen', role: 'status' }));
  #state = '';

  constructor() {
    const zone = el('span', { class: 'zone' });
    const scale = el('div', { class: 'scale', 'aria-hidden': 'true' }, zone, el('span', { class: 'zero' }), this.#needle);
    const ends = el('div', { class: 'ends', 'aria-hidden': 'true' }, el('span', {}, 'slow'), el('span', {}, '0'), el('span', {}, 'fast'));
    // Slow by up to the window's length back, fast by what may lie ahead.
    place(zone, 'left', -WINDOW.back);
    zone.style.right = `${100 - percent(WINDOW.ahead)}%`;
    place(this.#needle, 'left', 0);
    this.#needle.hidden = true;
    byId('clock').append(this.#value, scale, ends, this.#words);
  }

  /** Which agent's correction is shown. @param {import('./library.js').Agent | undefined} agent */
  follow(agent) {
    this.#agent = agent;
  }

  /**
   * @param {string | null} date
   * @param {string | null} age
   * @param {number} sentMs
   * @param {number} receivedMs
   */
  measure(date, age, sentMs, receivedMs) {
    const serverMs = date === null ? NaN : Date.parse(date);
    // Out of a cache it says what time it was.
    if (Number.isNaN(serverMs) || (age !== null && age !== '0')) return;
    const half = (receivedMs - sentMs) / 2;
    const skewS = (serverMs + HALF_S - (sentMs + half)) / 1000;
    const errorS = (HALF_S + half) / 1000;
    this.#show(skewS, errorS);
  }

  /**
   * @param {number} skewS authority minus this device
   * @param {number} errorS
   */
  #show(skewS, errorS) {
    const isExact = Math.abs(skewS) <= errorS;
    const shown = isExact ? 0 : skewS;
    const state = isExact || Math.abs(shown) < 2 ? 'good' : shown > WINDOW.back || shown < -WINDOW.ahead ? 'bad' : 'fair';
    this.#value.textContent = `${skewS < 0 ? '−' : '+'}${Math.abs(skewS).toFixed(1)} s ± ${errorS.toFixed(1)} s`;
    this.#needle.hidden = false;
    place(this.#needle, 'left', -shown);
    const words = this.#words;
    const which = shown > 0 ? 'slow' : 'fast';
    const corrected = this.#agent?.clockOffsetMs ?? 0;
    const verdict = {
      good: 'This device and the authority agree.',
      fair: `This device is ${which}; headers are still accepted.`,
      bad: `This device is ${which} by more than is accepted.`,
    }[state];
    const correction = corrected === 0 ? '' : ` The agent corrects its headers by ${(corrected / 1000).toFixed(1)} s.`;
    words.textContent = verdict + correction;
    byId('clock').dataset['state'] = corrected !== 0 && state === 'bad' ? 'fair' : state;
    // Said when it becomes another, not at every measurement.
    if (state + corrected !== this.#state) this.#spoken.textContent = this.#state || state !== 'good' ? `Clock: ${words.textContent}` : '';
    this.#state = state + corrected;
  }
}

/** @param {number} seconds */
function percent(seconds) {
  return 50 + (Math.max(-SCALE, Math.min(SCALE, seconds)) / SCALE) * 50;
}

/**
 * @param {HTMLElement} element
 * @param {'left'} edge
 * @param {number} seconds how far this device is ahead
 */
function place(element, edge, seconds) {
  element.style[edge] = `${percent(seconds)}%`;
}
