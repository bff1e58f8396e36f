// The console as it is shipped, built from what is there now.

import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { temporaryFolder } from '../../runners/children.mjs';

const ROOT = fileURLToPath(new URL('../../console', import.meta.url));

/** Builds it into a folder that is gone after the test. */
export async function buildConsole() {
  const outDir = temporaryFolder('console-dist');
  await build({ root: ROOT, configFile: `${ROOT}/vite.config.js`, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  return outDir;
}
