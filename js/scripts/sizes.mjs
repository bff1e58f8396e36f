// Sizes of the package as it is downloaded: brotli at its best, of what each part is made of. Fails above the budget.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');

/** Bytes, at most. */
export const BUDGET = { 'guest.wasm': 130_000, script: 18_000, all: 150_000 };

/** What `load()` of an entry needs: its script with every chunk it imports, and the module. */
export function sizes(entry = 'web.js') {
  const script = compressed(Buffer.concat([...reached(entry)].map((name) => readFileSync(join(dist, name)))));
  const guest = compressed(readFileSync(join(dist, 'guest.wasm')));
  return { 'guest.wasm': guest, script, all: guest + script };
}

function reached(entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const text = readFileSync(join(dist, entry), 'utf8');
  for (const [, path] of text.matchAll(/(?:from|import) ?["'](\.[^"']+)["']/g)) reached(join(dirname(entry), path), seen);
  return seen;
}

function compressed(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = sizes();
  for (const [part, bytes] of Object.entries(found)) {
    console.log(`${part.padEnd(11)} ${String(bytes).padStart(7)} bytes brotli, budget ${BUDGET[part]}`);
    if (bytes > BUDGET[part]) process.exitCode = 1;
  }
  console.log(`files       ${readdirSync(dist, { recursive: true }).filter((name) => /\.(js|wasm)$/.test(name)).length}`);
}
