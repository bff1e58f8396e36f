// Folders that end with the test, and programs that run beside it.

import { spawn } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** An empty folder. */
export function folder() {
  folders.push(mkdtempSync(join(tmpdir(), 'agent-identity-hosts-')));
  return folders.at(-1);
}

/** Everything in a folder but the lock file, in order. */
export const namesIn = (directory) => readdirSync(directory).filter((name) => name !== '.lock').sort();

export const modeOf = (path) => lstatSync(path).mode & 0o7777;

/** Another process that does one thing of `child.mjs`. `ended` is how it ended. */
export function child(what, ...given) {
  const program = spawn(process.execPath, [fileURLToPath(new URL('child.mjs', import.meta.url)), what, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise((resolve) => program.on('close', (code, signal) => resolve({ code, signal, output })));
  const printed = () => new Promise((resolve) => program.stdout.once('data', resolve));
  return { program, ended, printed };
}
