/**
 * The lock that makes writers of all processes take turns: the one that the Rust host takes, an exclusive `flock` of the file `.lock`.
 * It ends with the file, and so with the process. Node has no call for it. Where `open` can lock, that is used; elsewhere the program
 * `flock` locks the open file that it inherits, and ends: the lock stays with the file.
 */

import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CAREFUL, OWNER_ONLY } from './permissions.js';

/** The lock file in a directory of documents. */
export const LOCK = '.lock';

/** Locks an open file exclusively, as `flock` does; waits until it can. */
export type TakeLock = (file: FileHandle, signal: AbortSignal) => Promise<void>;

/** Opens the lock file and locks it. Closing it ends the lock. Rejects when the signal is aborted first. */
export async function openLocked(path: string, signal: AbortSignal, take: TakeLock | undefined): Promise<FileHandle> {
  const lockingFlag = take ? undefined : LOCKING_FLAG[process.platform];
  if (lockingFlag !== undefined) return openUntilLocked(path, lockingFlag, signal);
  const file = await open(path, FLAGS, OWNER_ONLY);
  try {
    await (take ?? lockByProgram)(file, signal);
    signal.throwIfAborted();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

const FLAGS = constants.O_RDWR | constants.O_CREAT | CAREFUL;

/** What makes `open` lock: `O_EXLOCK` of the BSDs; libuv's flag by which nobody else can open the file on Windows. */
const LOCKING_FLAG: Partial<Record<NodeJS.Platform, number>> = {
  darwin: 0x20,
  freebsd: 0x20,
  openbsd: 0x20,
  netbsd: 0x20,
  win32: 0x1000_0000,
};

async function openUntilLocked(path: string, lockingFlag: number, signal: AbortSignal): Promise<FileHandle> {
  for (let wait = 1; ; wait = Math.min(wait * 2, 20)) {
    try {
      return await open(path, FLAGS | lockingFlag, OWNER_ONLY);
    } catch (error) {
      if (!['EAGAIN', 'EWOULDBLOCK', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    await pause(wait, undefined, { signal });
  }
}

/** The file is the program's descriptor 3. Nothing of the environment is handed on but where programs are. */
async function lockByProgram(file: FileHandle, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
    const program = spawn('flock', ['-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd], env });
    const stop = () => program.kill();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const isDone = () => signal.removeEventListener('abort', stop);
    program.on('error', (error: NodeJS.ErrnoException) => {
      isDone();
      reject(error.code === 'ENOENT' ? new Error('there is no program flock; install util-linux, or give `lock`') : error);
    });
    program.on('close', (code) => {
      isDone();
      if (code === 0) resolve();
      else reject(signal.aborted ? signal.reason : new Error(`the program flock ended with ${code}`));
    });
  });
}
