// The conformance driver over an engine, on the standard streams: `node runners/conform.mjs compact`.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { ENGINES } from './page/engines.js';
import { place } from './files.mjs';

const { module, conform } = ENGINES[process.argv[2] ?? 'component'];
const { run } = await import(`../dist/${conform}`);

await run(await WebAssembly.compile(await readFile(place(`dist/${module}`))), process.stdin, async (answers) => {
  if (!process.stdout.write(answers)) await once(process.stdout, 'drain');
});
