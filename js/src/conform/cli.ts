/** `agent-identity conform` */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { run } from './run.js';

/** Answers conformance questions on the standard streams until the input ends. */
export async function conform(): Promise<void> {
  const module = await WebAssembly.compile(await readFile(new URL('../guest.wasm', import.meta.url)));
  await run(module, process.stdin, async (answers) => {
    if (!process.stdout.write(answers)) await once(process.stdout, 'drain');
  });
}
