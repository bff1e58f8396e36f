/** What the suite is given: the library as it ships, and the little of a platform that it needs beside it. */

import type * as Package from '../src/web.js';
import type { run } from '../src/conform/run.js';
import type { Observed } from './import.js';

/** The shipped package. */
export interface Library extends Observed<typeof Package> {
  /** The conformance driver. */
  readonly conform: typeof run;
  /** `guest.wasm`. */
  guest(): Promise<Uint8Array<ArrayBuffer>>;
  /** A module of `hosts/` by its name; rejects where the platform has no use for it. */
  host(name: string): Promise<any>;
}

export interface Environment {
  /** The text of a file beside the suite, such as `vectors/keys.json`; `undefined` when it is not there. */
  read(path: string): Promise<string | undefined>;
  /** Names of the files in `vectors/`. */
  readonly vectors: readonly string[];
  /** Where a real authority answers, faults and all; without it nothing is tried end to end. */
  readonly authority?: string | undefined;
  /** Runs one step of `steps.ts` in a realm of its own, as after a reload; without it nothing is tried across reloads. */
  elsewhere?: ((step: string, given: string) => Promise<string>) | undefined;
  /** Whether a content security policy without `unsafe-eval` is in force. */
  readonly hasPolicy: boolean;
  /** Loads the package in a page whose policy does not allow WebAssembly, and tells the code of the error. */
  loadForbidden?: (() => Promise<string>) | undefined;
  /** What the policy refused so far. */
  violations?: (() => readonly string[]) | undefined;
}

export type { Package };
