// Tabs: one in the tab order, the others by arrow keys.

import { el } from './dom.js';

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} panels
 * @param {string[]} names
 */
export function startTabs(list, panels, names) {
  const tabs = names.map((name, at) => {
    const count = el('span', { class: 'count' });
    const tab = el('button', { type: 'button', role: 'tab', id: `tab-${at}`, 'aria-controls': `panel-${at}` }, name, ' ', count);
    const panel = el('div', { role: 'tabpanel', id: `panel-${at}`, 'aria-labelledby': `tab-${at}`, tabindex: '0' });
    list.append(tab);
    panels.append(panel);
    return { name, tab, panel, count };
  });
  const choose = (/** @type {number} */ chosen) =>
    tabs.forEach(({ tab, panel }, at) => {
      tab.setAttribute('aria-selected', String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
      panel.hidden = at !== chosen;
    });
  tabs.forEach(({ tab }, at) => tab.addEventListener('click', () => choose(at)));
  list.addEventListener('keydown', (event) => {
    const at = tabs.findIndex(({ tab }) => tab === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const chosen = (next + tabs.length) % tabs.length;
    choose(chosen);
    tabs[chosen]?.tab.focus();
  });
  choose(0);
  return {
    /**
     * @param {string} name
     * @param {HTMLElement} content
     * @param {number} [number]
     */
    fill(name, content, number) {
      const found = tabs.find((one) => one.name === name);
      found?.panel.replaceChildren(content);
      if (found) found.count.textContent = number === undefined ? '' : String(number);
    },
  };
}
