/** What differs between Unix and other platforms: modes, owners, links, and synchronising a directory. */

import { constants, type Stats } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';

/** Flags for everything that is opened: links are not followed, and a pipe in the place of a file does not block. */
export const CAREFUL = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** For new files. */
export const OWNER_ONLY = 0o600;

/** Why a file that is there is not used as a document, and what to do; `undefined` when all is well. */
export function objection(path: string, stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return 'it is a symbolic link, which could lead anywhere; put the file itself in its place';
  if (!stats.isFile()) return 'it is not a regular file; move it away';
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  if (stats.uid !== user) {
    return `it belongs to user id ${stats.uid}, not to yours, ${user}; run: chown ${user} ${JSON.stringify(path)}`;
  }
  if (!(stats.mode & 0o077)) return undefined;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  return `its mode ${mode} lets others read or write it; run: chmod 600 ${JSON.stringify(path)}`;
}

/** Permission bits, where the platform has them. */
export function modeOf(stats: Stats | undefined): number | undefined {
  return stats && process.geteuid ? stats.mode & 0o7777 : undefined;
}

/** Whether it belongs to the user this process runs as, where the platform tells. */
export function isOwned(stats: Stats | undefined): boolean | undefined {
  return stats && process.geteuid ? stats.uid === process.geteuid() : undefined;
}

/** Makes it and what is above it, for its owner only. */
export async function createDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Makes a change in a directory survive a power failure. The change has happened by then, so a failure here is none of it. */
export async function synchronize(directory: string): Promise<void> {
  // A directory cannot be opened on Windows; the file system orders the rename itself.
  const handle = await open(directory, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
