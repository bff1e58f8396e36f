// The data that the suite reads.

import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const VECTORS = new URL('../../tests/vectors/', import.meta.url);
const OUTSIDE = new URL('../../../shared/vectors/', import.meta.url);

/** Other people's suites: from where the caller says, else from beside the workspace. */
const SUITES = {
  'wycheproof.json': process.env.AGENT_IDENTITY_WYCHEPROOF ?? new URL('wycheproof_ed25519.json', OUTSIDE),
  'cctv.json': process.env.AGENT_IDENTITY_CCTV ?? new URL('cctv_ed25519.json', OUTSIDE),
};

/** The names of the vector files. */
export function vectorFiles() {
  const names = readdirSync(VECTORS, { recursive: true }).map((name) => name.replaceAll('\\', '/'));
  return names.filter((name) => /^(metadata\/)?[^/]+\.json$/.test(name)).sort();
}

/** The text of a file by the name that the suite knows it by; nothing if it is not there. */
export async function readData(name) {
  const vector = /^vectors\/(.+)$/.exec(name)?.[1];
  if (vector === undefined ? !Object.hasOwn(SUITES, name) : !vectorFiles().includes(vector)) return undefined;
  return readFile(vector === undefined ? SUITES[name] : new URL(vector, VECTORS), 'utf8').catch(() => undefined);
}

/** A path in js/. */
export function place(path) {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
