// What can be computed about a page's accessibility: names, contrast, sizes.

/** What has to have a name. */
const CONTROLS = new Set(['button', 'textbox', 'combobox', 'radio', 'checkbox', 'spinbutton', 'link', 'tab', 'tabpanel', 'dialog', 'log', 'group', 'region']);

/** Controls without a name, as the browser tells assistive technology. */
export async function nameless(page) {
  await page.call('Accessibility.enable');
  const { nodes } = await page.call('Accessibility.getFullAXTree');
  const shown = nodes.filter(({ ignored, role }) => !ignored && CONTROLS.has(role?.value));
  return shown.filter(({ name }) => !name?.value.trim()).map(({ role, backendDOMNodeId }) => `${role.value} ${backendDOMNodeId}`);
}

/** Texts on the screen whose contrast with what they stand on is below 4.5, and edges of fields below 3. Disabled controls are exempt. */
export function lowContrasts(page) {
  return page.value(`(${judge})()`);
}

function judge() {
  const rgba = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({ r: mix(top.r, below.r, top.a), g: mix(top.g, below.g, top.a), b: mix(top.b, below.b, top.a), a: 1 });
  const mix = (one, other, share) => one * share + other * (1 - share);
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reduceRight((below, layer) => over(layer, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ({ r, g, b }) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const contrast = (one, other) => {
    const [more, less] = [light(one), light(other)].sort((a, b) => b - a);
    return (more + 0.05) / (less + 0.05);
  };
  const low = [];
  const check = (element, color, least, what) => {
    const below = ground(element);
    const found = contrast(over(rgba(color), below), below);
    if (found < least) low.push(`${found.toFixed(2)} ${element.tagName}.${element.className} ${what}`);
  };
  for (const element of document.body.querySelectorAll('*')) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.matches(':disabled, :disabled *, option')) continue;
    const style = getComputedStyle(element);
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join(' ').trim();
    const isField = element.matches('input:not([type=radio],[type=checkbox],[type=file]), select, textarea');
    if (text || isField) check(element, style.color, 4.5, text.slice(0, 40));
    if (isField) check(element.parentElement, style.borderTopColor, 3, `edge of ${element.id}`);
  }
  return low;
}

/** Buttons and links that are hard to hit: less than 24 CSS pixels either way. */
export function tooSmall(page) {
  return page.value(`[...document.querySelectorAll('button, .bar a, select, textarea, input:not([type=radio],[type=checkbox])')]
    .filter((one) => one.checkVisibility())
    .filter((one) => { const { width, height } = one.getBoundingClientRect(); return width < 24 || height < 24; })
    .map((one) => one.outerHTML.slice(0, 80))`);
}

/** Ids that are there twice, and references to ids that are not there. */
export function brokenIds(page) {
  return page.value(`(() => {
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
    const references = ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls'];
    const named = references.flatMap((name) => [...document.querySelectorAll('[' + name + ']')].flatMap((one) => one.getAttribute(name).split(' ')));
    return [...twice, ...named.filter((id) => !ids.includes(id))];
  })()`);
}
