// A real authority for one run.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { matched, start } from './children.mjs';

/** The command of the Rust host. */
export const COMMAND = process.env.AGENT_IDENTITY_PROGRAM ?? fileURLToPath(new URL('../../target/debug/agent-identity', import.meta.url));

/** Where it listens; nothing when the command was not built. Task ids are answered sealed and plain in turns. */
export async function startAuthority() {
  if (!existsSync(COMMAND)) return undefined;
  const child = start(COMMAND, ['serve', '--json', '--quiet', '--task-ids', 'alternating']);
  child.stderr.resume();
  return matched(child, child.stdout, /"listening_on":"([^"]+)"/, 'the authority');
}
