// Elements, made without markup in texts: the policy of the page takes none.

/**
 * The element of this id.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [type]
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!found || (type && !(found instanceof type))) throw new Error(`the page has no such element: ${id}`);
  return /** @type {T} */ (found);
}

/** @param {string} id */
export const input = (id) => byId(id, HTMLInputElement);
/** @param {string} id */
export const button = (id) => byId(id, HTMLButtonElement);
/** @param {string} id */
export const area = (id) => byId(id, HTMLTextAreaElement);
/** @param {string} id */
export const form = (id) => byId(id, HTMLFormElement);

/** @typedef {Node | string | undefined | false} Child */

/**
 * An element with attributes and children. `class`, `onclick` and the like are what they are in markup, except that handlers are functions.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, unknown>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (value === true) made.setAttribute(key, '');
    else if (value !== undefined && value !== false) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

/**
 * Rows of a list of facts: a name, a value, and what it means.
 * @param {HTMLElement} list
 * @param {[name: string, value: Child, note?: Child][]} rows
 */
export function facts(list, rows) {
  list.replaceChildren(
    ...rows.map(([name, value, note]) => el('div', {}, el('dt', {}, name), el('dd', {}, value, note && el('small', {}, note)))),
  );
}

/**
 * A text that can be copied.
 * @param {string} text
 * @param {string} what names it to those who do not see it
 */
export function copyable(text, what) {
  const word = el('span', {}, 'Copy');
  const copy = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${what}` }, word);
  copy.addEventListener('click', async () => {
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    word.textContent = copied ? 'Copied' : 'Not allowed';
    copy.setAttribute('aria-label', copied ? `Copied ${what}` : `Copying ${what} is not allowed here`);
    setTimeout(() => {
      word.textContent = 'Copy';
      copy.setAttribute('aria-label', `Copy ${what}`);
    }, 2000);
  });
  return el('span', { class: 'copyable' }, el('code', {}, text), copy);
}
