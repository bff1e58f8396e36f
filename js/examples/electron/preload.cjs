// What the page can ask the main process for: these names, and not `ipcRenderer` itself.

const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('identity', {
  status: () => ipcRenderer.invoke('identity:status'),
  enroll: () => ipcRenderer.invoke('identity:enroll'),
  ask: (/** @type {string} */ text) => ipcRenderer.invoke('identity:ask', text),
  logout: () => ipcRenderer.invoke('identity:logout'),
  onProgress: (/** @type {(event: import('agent-identity').ProgressEvent) => void} */ told) => {
    ipcRenderer.on('progress', (_, event) => told(event));
  },
});
