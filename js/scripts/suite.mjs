// Bundles the suite: one module that runners import, and one script for service workers, which not every browser lets be modules.

import * as esbuild from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAgentWorld } from '../agent-world/build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Into build/suite/; the package must be built. */
export async function bundleSuite() {
  await buildAgentWorld();
  const options = {
    absWorkingDir: root,
    bundle: true,
    target: 'es2022',
    platform: 'neutral',
    outdir: 'build/suite',
    logLevel: 'warning',
    // The chunks of the package have no side effects, so importing one for nothing else may be left out; and a classic script has no place
    // of its own, so it is told where the module is.
    logOverride: { 'ignored-bare-import': 'silent', 'empty-import-meta': 'silent' },
  };
  await esbuild.build({ ...options, format: 'esm', entryPoints: { index: 'suite/index.ts', differential: 'suite/differential/index.ts' } });
  await esbuild.build({ ...options, format: 'iife', entryPoints: { 'service-worker': 'runners/page/service-worker.js' } });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleSuite();
