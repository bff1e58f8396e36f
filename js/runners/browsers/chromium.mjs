// Chromium, over the pipe of its DevTools protocol.

import { start, temporaryFolder } from '../children.mjs';
import { program } from '../programs.mjs';
import { DevTools } from '../protocols/devtools.mjs';

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-dev-shm-usage';

/** Starts it; nothing, when it is not installed. */
export async function open() {
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
}
