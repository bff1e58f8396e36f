// Sizes of the package as it is downloaded: brotli at its best, of what each part is made of. Fails above the budget.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');

/** Bytes, at most. The glue is what an entry has for its engine alone. */
export const BUDGETS = {
  'web.js': { module: 130_000, script: 18_000, all: 150_000 },
  'compact/web.js': { module: 125_000, script: 18_000, glue: 5 * 1024, all: 143_000 },
};

const MODULES = { 'web.js': 'guest.wasm', 'compact/web.js': 'compact.wasm' };

/** What `load()` of an entry needs: its script with every chunk it imports, and the module. */
export function sizes(entry = 'web.js') {
  const files = reached(entry);
  const others = Object.keys(BUDGETS).filter((other) => other !== entry);
  const shared = new Set(others.flatMap((other) => [...reached(other)]));
  const script = weight(files);
  const module = weight([MODULES[entry]]);
  return { module, script, glue: weight([...files].filter((file) => !shared.has(file))), all: module + script };
}

function reached(entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const text = readFileSync(join(dist, entry), 'utf8');
  for (const [, path] of text.matchAll(/(?:from|import) ?["'](\.[^"']+)["']/g)) reached(join(dirname(entry), path), seen);
  return seen;
}

function weight(names) {
  const bytes = Buffer.concat([...names].map((name) => readFileSync(join(dist, name))));
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [entry, budget] of Object.entries(BUDGETS)) {
    for (const [part, bytes] of Object.entries(sizes(entry))) {
      const most = budget[part];
      console.log(`${entry.padEnd(15)} ${part.padEnd(7)} ${String(bytes).padStart(7)} bytes brotli${most === undefined ? '' : `, budget ${most}`}`);
      if (bytes > most) process.exitCode = 1;
    }
  }
  console.log(`files ${readdirSync(dist, { recursive: true }).filter((name) => /\.(js|wasm)$/.test(name)).length}`);
}
