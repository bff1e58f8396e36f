// Chromium, over the pipe of its DevTools protocol.

import { asText } from '../browser.mjs';
import { start, temporaryFolder } from '../children.mjs';
import { program } from '../programs.mjs';
import { DevTools } from '../protocols/devtools.mjs';

const BINARY = program(process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome');

export const isInstalled = BINARY !== undefined;

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-dev-shm-usage';

/** Starts it; nothing, when it is not installed. What comes goes to a URL, and gives the page there: the values of its expressions. */
export async function open() {
  if (!BINARY) return undefined;
  const args = [...FLAGS.split(' '), '--remote-debugging-pipe', `--user-data-dir=${temporaryFolder('chromium')}`, 'about:blank'];
  const devTools = new DevTools(start(BINARY, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] }));
  return async (url) => {
    const { targetId } = await devTools.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await devTools.call('Target.attachToTarget', { targetId, flatten: true });
    await devTools.call('Page.enable', {}, sessionId);
    const loaded = devTools.event('Page.loadEventFired', sessionId);
    await devTools.call('Page.navigate', { url }, sessionId);
    await loaded;
    return {
      value: async (expression) => {
        const asked = { expression: asText(expression), awaitPromise: true };
        const { result, exceptionDetails } = await devTools.call('Runtime.evaluate', asked, sessionId);
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return JSON.parse(result.value);
      },
      close: () => devTools.call('Target.closeTarget', { targetId }),
    };
  };
}
