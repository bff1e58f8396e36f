// WebKitGTK's small browser, over WebDriver, on a display of its own.

import { LONGEST, asText } from '../browser.mjs';
import { matched, start, temporaryFolder } from '../children.mjs';
import { inLibraries, program } from '../programs.mjs';
import { freePort, ready, webDriver } from '../protocols/webdriver.mjs';

const [DRIVER, DISPLAY] = [program(process.env.WEBKIT_DRIVER, 'WebKitWebDriver'), program('Xvfb')];
const BROWSER = process.env.WEBKIT ?? inLibraries('webkit2gtk-4.1/MiniBrowser');

export const isInstalled = Boolean(DRIVER && DISPLAY && BROWSER);

/** Starts it; nothing, when it is not installed. What comes goes to a URL, and gives the page there: the values of its expressions. */
export async function open() {
  if (!isInstalled) return undefined;
  const screen = start(DISPLAY, ['-displayfd', '3', '-screen', '0', '800x600x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await matched(screen, screen.stdio[3], /(\d+)\n/, 'Xvfb');
  const home = temporaryFolder('webkit');
  const folders = { HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home };
  const environment = { ...process.env, ...folders, DISPLAY: `:${number}`, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1' };
  const port = await freePort();
  const child = start(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], { env: environment, stdio: 'ignore' });
  const call = webDriver(`http://127.0.0.1:${port}`);
  await ready(call, child);
  const options = { 'webkitgtk:browserOptions': { binary: BROWSER, args: ['--automation'] } };
  const { sessionId } = await call('POST', '/session', { capabilities: { alwaysMatch: options } });
  const session = `/session/${sessionId}`;
  await call('POST', `${session}/timeouts`, { script: LONGEST, pageLoad: 60_000 });
  return async (url) => {
    await call('POST', `${session}/url`, { url });
    return {
      value: async (expression) => {
        const script = `${asText(expression)}.then((text) => arguments[0]({ text }), (error) => arguments[0]({ failed: String(error) }))`;
        const { text, failed } = await call('POST', `${session}/execute/async`, { script, args: [] });
        if (failed !== undefined) throw new Error(failed);
        return JSON.parse(text);
      },
      // The session has one page, which goes elsewhere next.
      close: async () => undefined,
    };
  };
}
