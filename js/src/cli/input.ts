/** Secrets and credentials from files and standard input. */

import { open, stat } from 'node:fs/promises';
import { Failure } from './failure.js';
import type { Output } from './output.js';

/** More is none of the things that are read here. */
const LIMIT = 64 * 1024;

/** A file, or the standard stream, written as `-`. */
export class Source {
  constructor(readonly name: string) {}

  get isStandard(): boolean {
    return this.name === '-';
  }

  toString(): string {
    return this.isStandard ? 'standard input' : this.name;
  }

  /** Everything in it; overwrite it after use. `what` names it in errors. */
  async read(what: string, output: Output): Promise<Uint8Array> {
    if (this.isStandard && process.stdin.isTTY) output.note(`paste ${what}, then press Enter and Ctrl-D`);
    let data;
    try {
      data = await (this.isStandard ? readStandard(LIMIT + 1) : readStart(this.name));
    } catch (error) {
      throw Failure.config(`${what} cannot be read from ${this}: ${systemText(error)}`, `name a file with ${what}, or - for standard input`);
    }
    if (data.length > 0 && data.length <= LIMIT) return data;
    const size = data.length ? 'is larger than 64 KiB' : 'is empty';
    throw Failure.config(`${this} ${size}; it does not hold ${what}`, `name a file with ${what}`);
  }

  /** As {@link read} for a secret text, without the white space around it: says so when others can read the file. */
  async readSecretText(what: string, output: Output): Promise<string> {
    if (!this.isStandard && (await othersCanRead(this.name))) output.warn(`others can read ${this}; run: chmod 600 ${this}`);
    const data = await this.read(what, output);
    const text = utf8(data).trim();
    data.fill(0);
    if (text) return text;
    throw Failure.config(`${this} holds no text; it does not hold ${what}`, `name a file with ${what}`);
  }

  /** The value of an `Authorization` header; the field name may stand before it. */
  async readHeader(output: Output): Promise<string> {
    const text = await this.readSecretText('an AgentAssertion header', output);
    return /^authorization:/i.test(text) ? text.slice(text.indexOf(':') + 1).trim() : text;
  }
}

/** What the system said about a failure, as the Rust program writes it. */
export function systemText(error: unknown): string {
  const { code = '', errno, message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  const text = TEXTS[code] ?? message.replace(/^[A-Z]+: /, '').replace(/, .*$/s, '');
  return errno === undefined ? text : `${text} (os error ${-errno})`;
}

const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EEXIST: 'File exists',
  EISDIR: 'Is a directory',
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
};

/** Standard input until its end, or until there are `limit` bytes. */
export async function readStandard(limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    length += piece.length;
    if (length >= limit) break;
  }
  const data = new Uint8Array(Buffer.concat(pieces));
  for (const piece of pieces) piece.fill(0);
  return data;
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path);
  const data = Buffer.alloc(LIMIT + 1);
  try {
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(data, length, data.length - length);
      length += bytesRead;
      if (!bytesRead || length === data.length) return new Uint8Array(data.subarray(0, length));
    }
  } finally {
    data.fill(0);
    await file.close();
  }
}

async function othersCanRead(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  // A pipe such as `<(…)` of a shell is nobody else's.
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && facts.isFile() && (facts.mode & 0o044) !== 0;
}

function utf8(data: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return '';
  }
}
