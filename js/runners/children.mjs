// Processes and folders that end with the runner, however it ends.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const running = new Set();
const folders = new Set();

/** Starts a process with what it starts itself; all of them end together. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  child.failed = new Promise((_, reject) => child.once('error', reject));
  child.failed.catch(() => undefined);
  child.ended = new Promise((resolve) => child.once('close', resolve));
  running.add(child);
  return child;
}

/** An empty folder. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `agent-identity-${name}-`));
  folders.add(folder);
  return folder;
}

/** Ends every process that was started, and removes every folder. */
export async function end() {
  for (const child of running) signal(child, 'SIGTERM');
  const late = setTimeout(() => running.forEach((child) => signal(child, 'SIGKILL')), 3000);
  await Promise.all([...running].map((child) => (child.pid ? child.ended : undefined)));
  clearTimeout(late);
  // What outlived its parent still belongs to the group.
  for (const child of running) signal(child, 'SIGKILL');
  running.clear();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  folders.clear();
}

function signal({ pid }, name) {
  try {
    if (pid) process.kill(-pid, name);
  } catch {
    // It has ended.
  }
}

/** The first group of the first text a stream brings that matches. */
export function matched(child, stream, pattern, what, seconds = 30) {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`${what} did not start in ${seconds} s: ${text.slice(-400)}`)), seconds * 1000);
    const settle = (how, value) => {
      clearTimeout(timer);
      how(value);
    };
    // It goes on being read: a full pipe would stop the process.
    stream.setEncoding('utf8').on('data', (piece) => {
      text = (text + piece).slice(-65_536);
      const found = pattern.exec(text);
      if (found) settle(resolve, found[1]);
    });
    child.failed.catch((error) => settle(reject, error));
    child.ended.then((code) => settle(reject, new Error(`${what} ended with ${code}: ${text.slice(-400)}`)));
  });
}

for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => end().then(() => process.exit(1)));
