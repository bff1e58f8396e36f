/** What a check found. */

import { Failure } from '../failure.js';

export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly finding: string;
  readonly next?: string;
}

export const ok = (name: string, finding: string): Check => ({ name, state: 'ok', finding });

export const warn = (name: string, finding: string, next: string): Check => ({ name, state: 'warn', finding, next });

export const fail = (name: string, finding: string, next: string): Check => ({ name, state: 'fail', finding, next });

/** A check that could not be made. */
export function failed(name: string, error: unknown): Check {
  const [finding, next] = Failure.of(error).texts;
  return fail(name, finding, next);
}
