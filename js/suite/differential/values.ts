/** What random questions are made of. */

import type { Draws } from '../random.js';

/** An input of one operation. */
export type Maker = (draws: Draws) => Record<string, unknown>;

const ALPHABETS = ['abcdefghijklmnopqrstuvwxyz', 'ABC-_.:/%~!*+=@', ' \t\n\u0000\u007f"\\', 'äßñéçøŁžœ', '日本語中文한국', '😀🚀𝒳👩‍👩', '\u0301\u200d\ufeff\u202e\ufffd'];

/** A few characters, mostly plain ones. */
export function text(draws: Draws, most = 16): string {
  const characters = [...(draws.chance(0.7) ? ALPHABETS[0]! : draws.one(ALPHABETS))];
  return Array.from({ length: draws.below(most) }, () => draws.one(draws.chance(0.9) ? characters : [...draws.one(ALPHABETS)])).join('');
}

export function identifier(draws: Draws): string {
  const length = draws.chance(0.05) ? 500 : 40;
  return draws.chance(0.7) ? `agent-${draws.below(1000)}` : text(draws, length);
}

export function hex(draws: Draws, length: number): string {
  const exact = draws.chance(0.95) ? length : draws.below(70);
  const digits = Array.from(draws.bytes(exact), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return draws.chance(0.1) ? digits.toUpperCase() : digits;
}

/** One of few, so that keys are met again. */
export function seed(draws: Draws): string {
  return draws.chance(0.8) ? draws.below(20).toString(16).padStart(2, '0').repeat(32) : hex(draws, 32);
}

export function base64(draws: Draws, length: number): string {
  const encoded = btoa(String.fromCharCode(...draws.bytes(draws.chance(0.9) ? length : draws.below(100))));
  return draws.chance(0.9) ? encoded : encoded.replace(/=+$/, '').replaceAll('+', '-');
}

/** 2026-04-23T00:00:00Z. */
export const APRIL_MS = 1_776_902_400_000;

export function milliseconds(draws: Draws): number {
  if (draws.chance(0.8)) return APRIL_MS + draws.below(800_000) - 400_000;
  return draws.one([0, -1, 1, 999, 253_402_300_799_999, 253_402_300_800_000, -62_135_596_800_000, Number.MAX_SAFE_INTEGER, draws.below(2 ** 31)]);
}

export function timestamp(draws: Draws): string {
  const right = new Date(APRIL_MS + draws.below(600_000) - 300_000).toISOString().replace(/\.\d+/, '');
  if (draws.chance(0.8)) return right;
  return draws.one([right.replace('T', ' '), right.replace('Z', '+00:00'), '2023-02-29T00:00:00Z', '2024-02-29T23:59:59Z', '1969-12-31T23:59:59Z', '2026-04-23T24:00:00Z', text(draws, 24)]);
}

/** Either way of telling the time, or none. */
export function time(draws: Draws): Record<string, unknown> {
  if (draws.chance(0.9)) return { now_ms: milliseconds(draws) };
  return draws.chance(0.5) ? { now: `${timestamp(draws).slice(0, 19)}.${draws.below(1000)}${draws.one(['Z', '+02:00', '-00:00'])}` } : {};
}

export function maybe<T>(draws: Draws, make: () => T, chance = 0.5): T | undefined {
  return draws.chance(chance) ? make() : undefined;
}

export function url(draws: Draws): string {
  const scheme = draws.one(['https://', 'http://', 'HTTPS://', 'ftp://', 'git@', 'ssh://git@', '']);
  const host = draws.one(['example.com', 'Example.COM:443', '127.0.0.1:8080', '[::1]', 'xn--bcher-kva.example', 'bücher.example', 'user:pw@git.example', 'a..b', '', '1.2.3', '0x7f.1']);
  const path = Array.from({ length: draws.below(5) }, () => draws.one(['a', '..', '.', '%7Euser', '%2f', '%zz', 'ä', '', text(draws, 6)])).join('/');
  return `${scheme}${host}/${path}${draws.one(['', '', '?q=1', '#part', '?a=b&c#d', '.git', '/'])}`;
}

export function uuid(draws: Draws): string {
  const digits = hex(draws, 16).padEnd(32, '0');
  const right = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return draws.chance(0.85) ? right : draws.one([right.toUpperCase(), `{${right}}`, `urn:uuid:${right}`, right.replaceAll('-', ''), right.slice(1), '']);
}
