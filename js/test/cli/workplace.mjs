// Runs of the two programs, each in a folder of its own, shut off from the settings of whoever runs the tests.

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from '../authority.mjs';

const COMMAND = fileURLToPath(new URL('../../bin/agent-identity.mjs', import.meta.url));

/** How each program is started. */
export const PROGRAMS = { rust: [PROGRAM], node: [process.execPath, COMMAND] };

const SETTINGS =
  /^(AGENT_IDENTITY_(AUTHAPI_BASE|LOG|STORAGE|STORAGE_KEY_FILE)|CODEX_(ACCESS_TOKEN|AGENT_IDENTITY_.*|INTERNAL_ORIGINATOR_OVERRIDE)|XDG_CONFIG_HOME|NODE_TEST_CONTEXT)$/;

const cache = mkdtempSync(join(tmpdir(), 'agent-identity-cache-'));
after(() => rmSync(cache, { recursive: true, force: true }));

/** A folder for one case; the identity's home is `home` in it. */
export class Workplace {
  #folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-identity-cli-')));

  path(name) {
    return join(this.#folder, name);
  }

  get folder() {
    return this.#folder;
  }

  /** A file that only this user can read. */
  write(name, content) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
    chmodSync(this.path(name), 0o600);
  }

  read(name) {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : undefined;
  }

  mode(name) {
    return (statSync(this.path(name)).mode & 0o777).toString(8);
  }

  /** One run of `rust` or `node`, to its end. */
  async run(which, args, { stdin = '', env = {} } = {}) {
    const child = this.#spawn(which, args, env, ['pipe', 'pipe', 'pipe']);
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    const [exit, stdout, stderr] = await Promise.all([ended(child), textOf(child.stdout), textOf(child.stderr)]);
    return { exit, stdout, stderr };
  }

  /** An authority with an access token in `token`. */
  async serve(args) {
    const all = ['serve', '--json', '--token-file', 'token', '--account', 'acct-1', '--user', 'user-1', ...args];
    const child = this.#spawn('rust', all, {}, ['ignore', 'pipe', 'inherit']);
    const told = await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
    const { listening_on: base_url, ...urls } = JSON.parse(told);
    return { urls: { base_url, ...urls }, stop: () => child.kill('SIGTERM') && ended(child) };
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #spawn(which, args, env, stdio) {
    const [program, ...first] = PROGRAMS[which];
    const kept = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name));
    const own = { AGENT_IDENTITY_HOME: this.path('home'), HOME: this.folder, XDG_CACHE_HOME: cache };
    return spawn(program, [...first, ...args], { cwd: this.folder, stdio, env: { ...Object.fromEntries(kept), ...own, ...env } });
  }
}

function ended(child) {
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}

async function textOf(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
