/** Electron's own types fit what the package asks for; an example as programs write it. */

import { app, safeStorage } from 'electron';
import { SafeStorage, type SafeStorageApi } from '../../../src/hosts/safe-storage.js';

export const api: SafeStorageApi = safeStorage;

export async function open(): Promise<SafeStorage> {
  await app.whenReady();
  return new SafeStorage({ safeStorage, directory: app.getPath('userData') });
}
