// The project's own backend, as a process on a loopback port.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const PROGRAM = process.env.AGENT_IDENTITY_PROGRAM ?? fileURLToPath(new URL('../../target/debug/agent-identity', import.meta.url));

/** Why there is no backend to test against, if there is none. */
export const skip = existsSync(PROGRAM) ? false : `no ${PROGRAM}: build it, or name it in AGENT_IDENTITY_PROGRAM`;

/** Starts a backend; the caller stops it. */
export async function startAuthority(...options) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-identity-'));
  const tokenFile = join(folder, 'token');
  const jwtFile = join(folder, 'jwt');
  const args = ['serve', '--home', folder, '--token-file', tokenFile, '--jwt-file', jwtFile, '--account', 'acct-1', '--user', 'user-1', ...options];
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const urls = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, url] = /^(listening on|authapi base|responses url|jwks url) +(\S+)$/.exec(line) ?? [];
    if (name) urls[name] = url;
    if (line.startsWith('jwt file') || line.startsWith('token file')) urls[line.slice(0, 3)] = true;
    if (urls.tok && urls.jwt) break;
  }
  const origin = urls['listening on'];
  const develop = async (path, body) => {
    const answer = await fetch(`${origin}/dev/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.text();
  };
  return {
    origin,
    authapiBase: urls['authapi base'],
    responsesUrl: urls['responses url'],
    jwksUrl: urls['jwks url'],
    token: readFileSync(tokenFile, 'utf8').trim(),
    jwt: readFileSync(jwtFile, 'utf8').trim(),
    /** What goes wrong from now on. */
    faults: (list) => develop('faults', { faults: list }),
    endTask: (taskId) => develop('end-task', { task_id: taskId }),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
