// WebKitGTK's small browser, over WebDriver, on a display of its own.

import { LONGEST } from '../browser.mjs';
import { matched, start, temporaryFolder } from '../children.mjs';
import { inLibraries, program } from '../programs.mjs';
import { freePort, ready, webDriver } from '../protocols/webdriver.mjs';

/** Starts it; nothing, when it is not installed. */
export async function open() {
  const [driver, display] = [program(process.env.WEBKIT_DRIVER, 'WebKitWebDriver'), program('Xvfb')];
  const browser = process.env.WEBKIT ?? inLibraries('webkit2gtk-4.1/MiniBrowser');
  if (!driver || !browser || !display) return undefined;
  const screen = start(display, ['-displayfd', '3', '-screen', '0', '800x600x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await matched(screen, screen.stdio[3], /(\d+)\n/, 'Xvfb');
  const home = temporaryFolder('webkit');
  const folders = { HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home };
  const environment = { ...process.env, ...folders, DISPLAY: `:${number}`, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1' };
  const port = await freePort();
  const child = start(driver, [`--port=${port}`, '--host=127.0.0.1'], { env: environment, stdio: 'ignore' });
  const call = webDriver(`http://127.0.0.1:${port}`);
  await ready(call, child);
  const options = { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } };
  const { sessionId } = await call('POST', '/session', { capabilities: { alwaysMatch: options } });
  const session = `/session/${sessionId}`;
  await call('POST', `${session}/timeouts`, { script: LONGEST, pageLoad: 60_000 });
  return async (url) => {
    await call('POST', `${session}/url`, { url });
    return call('POST', `${session}/execute/async`, { script: 'findings.then(arguments[0])', args: [] });
  };
}
