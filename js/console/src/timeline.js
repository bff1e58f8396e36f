// The list of effects: what the component asked for, when, how long it took and what came of it.

import { described } from './failure.js';
import { button, byId, el } from './dom.js';

/** Most entries that are listed. */
const MOST = 200;

/** @typedef {'http' | 'load' | 'store' | 'erase' | 'sign' | 'wait' | 'event' | 'begin'} Kind */

export class Timeline {
  #list = byId('timeline');
  #started = performance.now();

  constructor() {
    button('timeline-clear').addEventListener('click', () => {
      this.#list.replaceChildren();
      byId('timeline-empty').hidden = false;
    });
  }

  /** What the user asked for: the entries that follow belong to it. @param {string} what */
  begin(what) {
    this.#started = performance.now();
    this.#add('begin', what).finish('', new Date().toLocaleTimeString());
  }

  /** @param {import('./library.js').ProgressEvent} event */
  event({ kind, subject, attempt, delayMs, code }) {
    const parts = [attempt > 1 && `attempt ${attempt}`, delayMs !== undefined && `again in ${(delayMs / 1000).toFixed(1)} s`, code];
    this.#add('event', `${subject} ${kind.replaceAll('-', ' ')}`).finish(code ? 'bad' : 'good', parts.filter(Boolean).join(', '));
  }

  /**
   * Does something and lists it.
   * @template T
   * @param {Kind} kind
   * @param {string} what
   * @param {() => Promise<T>} work
   * @param {(value: T) => string} [outcome]
   * @returns {Promise<T>}
   */
  async run(kind, what, work, outcome = () => 'done') {
    const entry = this.#add(kind, what);
    const started = performance.now();
    const took = () => `${(performance.now() - started).toFixed(performance.now() - started < 10 ? 1 : 0)} ms`;
    try {
      const value = await work();
      const isRefused = value instanceof Response && !value.ok;
      entry.finish(isRefused ? 'bad' : 'good', outcome(value), took());
      return value;
    } catch (error) {
      entry.finish('bad', described(error).message, took());
      throw error;
    }
  }

  /**
   * @param {Kind} kind
   * @param {string} what
   */
  #add(kind, what) {
    byId('timeline-empty').hidden = true;
    const outcome = el('span', { class: 'outcome' }, kind === 'begin' ? '' : 'under way');
    const duration = el('span', { class: 'took' }, `+${Math.round(performance.now() - this.#started)} ms`);
    const entry = el('li', { class: `effect ${kind}`, 'data-kind': kind }, el('span', { class: 'kind' }, kind), el('span', { class: 'what' }, what), duration, outcome);
    const follows = this.#list.scrollTop + this.#list.clientHeight > this.#list.scrollHeight - 40;
    this.#list.append(entry);
    while (this.#list.childElementCount > MOST) this.#list.firstElementChild?.remove();
    if (follows) this.#list.scrollTop = this.#list.scrollHeight;
    return {
      /**
       * @param {'' | 'good' | 'bad'} how
       * @param {string} text
       * @param {string} [took]
       */
      finish: (how, text, took) => {
        if (how) entry.classList.add(how);
        outcome.textContent = text;
        duration.textContent = took ?? '';
        if (follows) this.#list.scrollTop = this.#list.scrollHeight;
      },
    };
  }
}
