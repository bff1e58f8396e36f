// Electron's main process: the component, its storage and the key live here. The page gets five named operations and nothing else.

import { BrowserWindow, app, ipcMain, net, protocol, safeStorage, session } from 'electron';
import { SafeStorage } from 'agent-identity/hosts/safe-storage';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openIdentity } from './identity.js';
import { serve } from './ipc.js';
import { PAGE, fileOf } from './page.js';
import { settings } from './settings.js';

const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

// A scheme of its own: the page has an origin, and `'self'` in its policy means these files only.
protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);

// A second process would be told what the first one changes too late.
if (app.requestSingleInstanceLock()) void start();
else app.quit();

async function start() {
  await app.whenReady();
  refuseEverythingElse();
  protocol.handle('app', (request) => {
    const path = fileOf(request.url);
    return path ? net.fetch(pathToFileURL(file(path)).href) : new Response('', { status: 404 });
  });

  const storage = new SafeStorage({ safeStorage, directory: app.getPath('userData') });
  /** @type {BrowserWindow | undefined} */
  let window;
  const operations = await openIdentity({ storage, settings: settings(process.env), onEvent: (event) => window?.webContents.send('progress', event) });
  serve(operations, (channel, answer) => {
    ipcMain.handle(channel, (event, ...given) => {
      if (event.senderFrame?.url !== PAGE) throw new Error('only the page of this app is answered');
      return answer(...given);
    });
  });

  window = new BrowserWindow({
    width: 720,
    height: 560,
    webPreferences: { preload: file('preload.cjs'), contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true },
  });
  await window.loadURL(PAGE);
}

/** No other page, no window, no permission. */
function refuseEverythingElse() {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  app.on('window-all-closed', () => app.quit());
  session.defaultSession.setPermissionRequestHandler((_, __, decide) => decide(false));
}
