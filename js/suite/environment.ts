/** What the suite is given: the library as it ships, and the little of a platform that it needs beside it. */

import type * as Package from '../src/web.js';
import type { run } from '../src/conform/run.js';
import type { Observed } from './import.js';

/** The shipped package. */
export interface Library extends Observed<typeof Package> {
  /** What it runs on. */
  readonly engine: 'component' | 'compact';
  /** The conformance driver. */
  readonly conform: typeof run;
  /** The module of the engine: `guest.wasm` or `compact.wasm`. */
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
  /** Storages that outlive what opens them. */
  readonly storages: readonly Place<Package.Storage>[];
  /** Custodians of keys. */
  readonly custodians: readonly Place<KeyMaker>[];
  /** The transpiled world `agent`, where modules can be imported; `undefined` when it was not built. */
  agentWorld?: (() => Promise<{ world: unknown; module: (file: string) => Promise<WebAssembly.Module> } | undefined>) | undefined;
  /** Whether a content security policy without `unsafe-eval` is in force. */
  readonly hasPolicy: boolean;
  /** Opens one of the runner's own pages in a frame and resolves to what it tells; `isApart` takes it out of the origin. */
  frame?: ((page: string, isApart?: boolean) => Promise<any>) | undefined;
  /** Has a worker sign with a module and a seed that are posted to it; the headers. */
  signElsewhere?: ((work: { module: WebAssembly.Module; seed: Uint8Array; count: number }) => Promise<string[]>) | undefined;
  /** What the policy refused so far. */
  violations?: (() => readonly string[]) | undefined;
}

/** A place of which this is the name. Each opening is a new one, as after a restart. */
export interface Place<T> {
  readonly name: string;
  open(): Promise<T>;
}

/** A custodian that makes keys. */
export interface KeyMaker extends Package.Custodian {
  generate(keyId: string): Promise<Package.CustodialKey> | Package.CustodialKey;
}

export type { Package };
