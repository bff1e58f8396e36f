// Chromium, over the pipe of its DevTools protocol.

import { inBrowser } from './browser.mjs';
import { start, temporaryFolder } from './children.mjs';
import { program } from './programs.mjs';

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-dev-shm-usage';

await inBrowser('Chromium', async () => {
  const binary = program(process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome');
  if (!binary) return undefined;
  const args = [...FLAGS.split(' '), '--remote-debugging-pipe', `--user-data-dir=${temporaryFolder('chromium')}`, 'about:blank'];
  const devTools = new DevTools(start(binary, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] }));
  return async (url) => {
    const { targetId } = await devTools.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await devTools.call('Target.attachToTarget', { targetId, flatten: true });
    await devTools.call('Page.enable', {}, sessionId);
    const loaded = devTools.event('Page.loadEventFired', sessionId);
    await devTools.call('Page.navigate', { url }, sessionId);
    await loaded;
    const { result, exceptionDetails } = await devTools.call('Runtime.evaluate', { expression: 'findings', awaitPromise: true }, sessionId);
    await devTools.call('Target.closeTarget', { targetId });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
});

/** Messages end with a zero byte; answers have the id of their question. */
class DevTools {
  #last = 0;
  #waiting = new Map();
  #heard = [];
  #to;

  constructor(child) {
    const [, , , to, from] = child.stdio;
    this.#to = to;
    to.on('error', () => undefined);
    let text = '';
    from.setEncoding('utf8').on('data', (piece) => {
      const messages = (text + piece).split('\0');
      text = messages.pop();
      messages.forEach((message) => this.#take(JSON.parse(message)));
    });
    const failed = (why) => this.#waiting.forEach(({ reject }) => reject(new Error(why)));
    child.failed.catch((error) => failed(String(error)));
    child.ended.then((code) => failed(`Chromium ended with ${code}`));
  }

  call(method, params, sessionId) {
    this.#last += 1;
    this.#to.write(`${JSON.stringify({ id: this.#last, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(this.#last, { resolve, reject }));
  }

  event(method, sessionId) {
    return new Promise((resolve) => this.#heard.push({ method, sessionId, resolve }));
  }

  #take({ id, result, error, method, sessionId, params }) {
    if (id !== undefined) {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error.message));
      else resolve(result);
    }
    this.#heard.filter((one) => one.method === method && one.sessionId === sessionId).forEach(({ resolve }) => resolve(params));
  }
}
