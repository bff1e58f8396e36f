/** The home folder: settings, the key before registration, the identity record. The Rust program makes it. */

import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AgentIdentityError } from '../error.js';
import type { Storage } from '../host.js';
import { FileStorage } from '../hosts/files.js';
import { MemoryStorage } from '../hosts/memory.js';
import { Failure } from './failure.js';

export const SETTINGS = 'config.json';
export const PENDING_KEY = 'pending-key.json';
export const RECORD = 'auth.json';
export const TASKS = 'agent_tasks.json';

/** What the Rust program remembers between commands. */
export interface Settings {
  readonly version: 1;
  readonly authapi_base?: string;
  readonly jwks_url?: string;
  readonly storage?: string;
  /** A migration that was begun and has not ended. */
  readonly migration?: { readonly from: string; readonly to: string };
}

/** The folder an identity lives in. */
export class Home {
  readonly path: string;
  /** Settings, and whatever is looked at as a file. */
  readonly files: FileStorage;
  readonly #named: string | undefined;
  #storage: Storage | undefined;

  constructor(path: string | undefined, storage: string | undefined) {
    this.path = path ?? ofUser();
    this.files = new FileStorage(this.path);
    this.#named = storage;
  }

  /** Where the identity is kept. What other programs than the Rust one cannot open is said so, and nothing weaker taken in its place. */
  async storage(): Promise<Storage> {
    return (this.#storage ??= await this.#choose());
  }

  async settings(): Promise<Settings | undefined> {
    const found = await this.files.load(SETTINGS);
    if (!found) return undefined;
    const settings = parsed(found.document);
    if (isObject(settings) && settings['version'] === 1) return settings as unknown as Settings;
    const path = join(this.path, SETTINGS);
    throw Failure.config(`${path} does not hold settings of version 1`, 'remove it, then name the backend with --authapi-base');
  }

  /** The identity record's document. */
  async record(): Promise<Uint8Array | undefined> {
    const found = await (await this.storage()).load(RECORD);
    const { migration } = (await this.settings()) ?? {};
    if (found || !migration) return found?.document;
    const { from, to } = migration;
    throw Failure.config(
      `the identity was on its way from ${from} to ${to} when that was interrupted`,
      `finish it: agent-identity storage migrate --from ${from} --to ${to}`,
    );
  }

  /** Whether the identity's storage has a document. A file that cannot be read is there too. */
  async has(name: string): Promise<boolean> {
    const storage = await this.storage();
    return storage === this.files ? (await this.files.inspect(name)).exists : (await storage.load(name)) !== undefined;
  }

  /** Whether the folder is there. */
  async exists(): Promise<boolean> {
    return stat(this.path).then(
      () => true,
      () => false,
    );
  }

  async #choose(): Promise<Storage> {
    const name = this.#named ?? (await this.settings())?.storage ?? 'file';
    if (name === 'file') return this.files;
    if (name === 'memory') return new MemoryStorage();
    // Where a stronger place is used, the file is gone: what is in it is what is meant.
    const mayBeFile = name === 'auto' || name === 'strongest';
    if (mayBeFile && (await this.files.inspect(RECORD)).exists) return this.files;
    const why = mayBeFile ? `there is no ${RECORD} in ${this.path}, and keyrings are opened` : `what is kept in ${name} is opened`;
    const error = new AgentIdentityError('store-read-failed', 'fix-config', `${why} by the Rust program only`);
    throw Failure.of(error, 'use that, or move the identity with it: agent-identity storage migrate --to file');
  }
}

/** A document as JSON; nothing if it is none. */
export function parsed(document: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(document));
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ofUser(): string {
  const base = process.env['XDG_CONFIG_HOME'];
  return join(base && isAbsolute(base) ? base : join(homedir(), '.config'), 'agent-identity');
}
