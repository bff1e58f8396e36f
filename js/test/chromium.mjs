// A page in Chromium, opened for what it writes into its first `output`.

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { end, start, temporaryFolder } from '../runners/children.mjs';
import { program } from '../runners/programs.mjs';
import { DevTools } from '../runners/protocols/devtools.mjs';

const BINARY = program(process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome');

/** Why no page can be opened, if none can. */
export const skip = BINARY ? false : 'Chromium is not installed';

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-dev-shm-usage';

/** What stands in the page once something does; what went wrong counts too. */
const WRITTEN = `new Promise((resolve) => {
  const look = () => document.querySelector('output')?.textContent && resolve(document.querySelector('output').textContent);
  addEventListener('error', (event) => resolve('error: ' + (event.message || event.target.src)), true);
  addEventListener('unhandledrejection', (event) => resolve('error: ' + event.reason));
  new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
  look();
})`;

/** Opens a page and resolves to its output. */
export async function outputOf(url) {
  const args = [...FLAGS.split(' '), '--remote-debugging-pipe', `--user-data-dir=${temporaryFolder('chromium')}`, 'about:blank'];
  try {
    const devTools = new DevTools(start(BINARY, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] }));
    const { targetId } = await devTools.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await devTools.call('Target.attachToTarget', { targetId, flatten: true });
    await devTools.call('Page.enable', {}, sessionId);
    // Said before the page begins, so that nothing it says first is missed.
    await devTools.call('Page.addScriptToEvaluateOnNewDocument', { source: `globalThis.written = ${WRITTEN}` }, sessionId);
    const loaded = devTools.event('Page.loadEventFired', sessionId);
    await devTools.call('Page.navigate', { url }, sessionId);
    await loaded;
    const { result, exceptionDetails } = await devTools.call('Runtime.evaluate', { expression: 'written', awaitPromise: true }, sessionId);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  } finally {
    await end();
  }
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** Serves a folder on loopback; the caller closes the server. */
export async function serveFolder(folder, headers = {}) {
  const server = createServer(({ url }, answer) => {
    const path = join(folder, normalize(decodeURIComponent(new URL(url, 'http://origin').pathname)).replace(/\/$/, '/index.html'));
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return answer.writeHead(404).end();
    answer.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain', ...headers });
    return createReadStream(path).pipe(answer);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
