// Asks the conformance driver as a user would: lines in, lines out.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../bin/agent-identity.mjs', import.meta.url));

/** The answers to these lines, as they are written. */
export async function conform(lines, command = [process.execPath, COMMAND, 'conform']) {
  const child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  child.stdin.on('error', () => undefined);
  child.stdin.end(lines);
  const pieces = [];
  for await (const piece of child.stdout) pieces.push(piece);
  const status = await ended;
  if (status !== 0) throw new Error(`the driver exited with ${status}`);
  return Buffer.concat(pieces).toString().split('\n').slice(0, -1);
}
