// The cases of the suite for storages and custodians, for hosts that need files or processes.

import * as esbuild from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const bundled = async (name) => {
  const entryPoints = [fileURLToPath(new URL(`../../suite/hosts/${name}.ts`, import.meta.url))];
  const folder = mkdtempSync(join(tmpdir(), 'agent-identity-cases-'));
  try {
    const outfile = join(folder, `${name}.mjs`);
    await esbuild.build({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'neutral', logLevel: 'warning' });
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export const { bytes, count, fails, store, storageCases, textIn } = await bundled('storage');
export const { custodianCases, fromHex, hexOf, pemOf } = await bundled('custodian');

/** Each case as a test. */
export function tests(cases) {
  for (const { name, run } of cases) test(name, run);
}
