/** Files of one directory, and the order of steps that makes a replacement atomic. */

import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { MOST_BYTES, isName } from '../document.js';
import { CAREFUL, OWNER_ONLY, objection, synchronize } from './permissions.js';

/** The file itself is looked at, not what a link points to. */
export async function look(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(unlessMissing);
}

/** The revision of this content: SHA-256, 64 lower-case hex digits, as in the Rust host. */
export function revisionOf(document: Uint8Array): string {
  return createHash('sha256').update(document).digest('hex');
}

/** A file that nobody else can read or write; `undefined` where there is none. */
export async function read(path: string): Promise<Uint8Array | undefined> {
  const found = await look(path);
  if (!found) return undefined;
  refuse(objection(path, found));
  const file = await open(path, constants.O_RDONLY | CAREFUL).catch(unlessMissing);
  if (!file) return undefined;
  try {
    // Judged again: what was opened need not be what was looked at.
    const stats = await file.stat();
    refuse(objection(path, stats) ?? oversize(stats.size));
    const content = await file.readFile();
    refuse(oversize(content.length));
    return new Uint8Array(content.buffer, content.byteOffset, content.length);
  } finally {
    await file.close();
  }
}

/** Puts a finished copy in the place of the document. Until the rename nothing has changed, after it everything has. */
export async function put(directory: string, name: string, document: Uint8Array): Promise<void> {
  const copy = join(directory, `.${name}.${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(copy, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | CAREFUL, OWNER_ONLY);
  try {
    await fill(file, document);
    await rename(copy, join(directory, name));
  } catch (error) {
    await unlink(copy).catch(() => undefined);
    throw error;
  }
  await synchronize(directory);
}

async function fill(file: FileHandle, document: Uint8Array): Promise<void> {
  try {
    await file.writeFile(document);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes a document, if there is one. */
export async function remove(directory: string, name: string): Promise<void> {
  const path = join(directory, name);
  const found = await look(path);
  if (!found) return;
  if (!found.isFile()) refuse(objection(path, found));
  await unlink(path).catch(unlessMissing);
  await synchronize(directory);
}

/**
 * Removes copies that a crash left behind: they may hold the secret that is being erased. Only with the lock: without it they may be
 * another writer's.
 */
export async function sweep(directory: string): Promise<void> {
  for (const entry of await readdir(directory).catch(() => [])) {
    const [, name] = /^\.(.+)\.[0-9a-fA-F]{16}\.tmp$/.exec(entry) ?? [];
    if (isName(name)) await unlink(join(directory, entry)).catch(() => undefined);
  }
}

/** Why a file of this size is none of our documents. */
export function oversize(size: number): string | undefined {
  return size > MOST_BYTES ? `it has ${size} bytes, more than 8 MiB; this is not one of our documents` : undefined;
}

/** What went wrong with a file and what to do. */
export function because(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return `${message}${(code && ADVICE[code]) ?? ''}`;
}

const ADVICE: Record<string, string> = {
  EACCES: '; check that the directory and what is in it belong to you',
  EPERM: '; check that the directory and what is in it belong to you',
  ENOSPC: '; free some space and try again',
  EDQUOT: '; free some space and try again',
  EROFS: '; choose a directory that can be written',
};

function refuse(why: string | undefined): void {
  if (why !== undefined) throw new Error(why);
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
