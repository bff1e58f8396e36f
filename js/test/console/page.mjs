// A page in Chromium, driven as a person drives it: by clicks, keys and what is on the screen.

import { writeFileSync } from 'node:fs';
import { start, temporaryFolder } from '../../runners/children.mjs';
import { program } from '../../runners/programs.mjs';
import { DevTools } from '../../runners/protocols/devtools.mjs';

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-dev-shm-usage --hide-scrollbars';

/** Where Chromium is, if it is anywhere. */
export const CHROMIUM = program(process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome');

/** What the page reports is refused by its policy. */
const WATCH = `
  window.refused = [];
  addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
`;

/** Opens pages in a browser of its own. */
export function startBrowser() {
  const args = [...FLAGS.split(' '), '--remote-debugging-pipe', `--user-data-dir=${temporaryFolder('console')}`, 'about:blank'];
  const devTools = new DevTools(start(CHROMIUM, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] }));
  return {
    /** @param {string} url */
    open: async (url, size = { width: 1280, height: 900 }) => {
      const { targetId } = await devTools.call('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await devTools.call('Target.attachToTarget', { targetId, flatten: true });
      const page = new Page(devTools, sessionId);
      await page.call('Page.enable');
      await page.call('Runtime.enable');
      await page.call('Page.addScriptToEvaluateOnNewDocument', { source: WATCH });
      await page.resize(size);
      await page.go(url);
      return page;
    },
  };
}

export class Page {
  #devTools;
  #session;

  constructor(devTools, session) {
    this.#devTools = devTools;
    this.#session = session;
  }

  call(method, params = {}) {
    return this.#devTools.call(method, params, this.#session);
  }

  async go(url) {
    const loaded = this.#devTools.event('Page.loadEventFired', this.#session);
    await this.call('Page.navigate', { url });
    await loaded;
    await this.until(`document.documentElement.dataset.ready === 'yes'`, 'the page did not start');
  }

  resize({ width, height }) {
    return this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  }

  /** `light` or `dark`, as the system would say it. */
  prefer(scheme, motion = 'no-preference') {
    const features = [
      { name: 'prefers-color-scheme', value: scheme },
      { name: 'prefers-reduced-motion', value: motion },
    ];
    return this.call('Emulation.setEmulatedMedia', { features });
  }

  /** The value of an expression in the page. */
  async value(expression) {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits in the page, frame by frame, until something holds there. */
  async until(condition, what, seconds = 15) {
    const found = await this.value(`new Promise((resolve) => {
      const end = performance.now() + ${seconds * 1000};
      const look = () => (${condition}) ? resolve(true) : performance.now() > end ? resolve(false) : setTimeout(look, 20);
      look();
    })`);
    if (!found) throw new Error(`${what}; the page shows:\n${await this.value('document.body.innerText')}`);
  }

  /** Clicks the middle of an element with the mouse, as a person would: what covers it gets the click. */
  async click(selector) {
    const at = await this.value(`(() => {
      const found = document.querySelector(${JSON.stringify(selector)});
      found.scrollIntoView({ block: 'center', behavior: 'instant' });
      const { x, y, width, height } = found.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`);
    for (const type of ['mousePressed', 'mouseReleased']) await this.call('Input.dispatchMouseEvent', { type, ...at, button: 'left', clickCount: 1 });
  }

  /** Replaces what is in a field. */
  async type(selector, text) {
    await this.value(`(() => { const field = document.querySelector(${JSON.stringify(selector)}); field.focus(); field.select?.(); })()`);
    await this.call('Input.insertText', { text });
  }

  async key(key, modifiers = 0) {
    const codes = { Tab: 9, Enter: 13, ' ': 32, ArrowLeft: 37, ArrowRight: 39, ArrowDown: 40, Escape: 27 };
    const about = { key, code: key === ' ' ? 'Space' : key, windowsVirtualKeyCode: codes[key], modifiers };
    await this.call('Input.dispatchKeyEvent', { type: 'keyDown', ...about, ...(key === 'Enter' ? { text: '\r' } : key === ' ' ? { text: ' ' } : {}) });
    await this.call('Input.dispatchKeyEvent', { type: 'keyUp', ...about });
  }

  text(selector) {
    return this.value(`document.querySelector(${JSON.stringify(selector)}).innerText`);
  }

  /** A picture of what is on the screen, or of the whole page. */
  async picture(path, whole = false) {
    const { data } = await this.call('Page.captureScreenshot', { captureBeyondViewport: whole, ...(whole ? { clip: await this.#all() } : {}) });
    writeFileSync(path, Buffer.from(data, 'base64'));
  }

  async #all() {
    const { cssContentSize } = await this.call('Page.getLayoutMetrics');
    return { ...cssContentSize, scale: 1 };
  }
}
