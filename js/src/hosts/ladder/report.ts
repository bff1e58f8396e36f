/** What a probe found out, typed and readable. */

import { AgentIdentityError } from '../../error.js';
import type { Storage } from '../../host.js';

/** The steps of a probe. */
export type ProbeStep = 'open' | 'write' | 'read-back' | 'erase' | 'look';

/**
 * Whether a rung can be used. `works`: it kept an entry, gave it back and erased it; `not-needed`: a stronger one works, it was only looked
 * at; `failed`: it cannot be used; `not-asked`: another one was asked for by name.
 */
export type Verdict = 'works' | 'not-needed' | 'failed' | 'not-asked';

/** What was found out about one rung. */
export interface RungReport {
  /** Its name. */
  readonly name: string;
  /** Where it is, if that was told. */
  readonly place?: string | undefined;
  /** Whether it can be used. */
  readonly verdict: Verdict;
  /** What failed. */
  readonly step?: ProbeStep | undefined;
  /** Why, and what to do. */
  readonly why?: string | undefined;
  /** Whether the record is there, if it could be looked for. */
  readonly holdsRecord?: boolean | undefined;
}

/**
 * What a probe found out; as a string, a line for each rung. Holds no secrets, and is plain data where it is copied as JSON or by
 * structured clone.
 */
export class StorageReport {
  constructor(
    /** Which rung it is; `undefined` if nothing that was asked for can be used. */
    readonly chosen: string | undefined,
    /** The rungs, strongest first. */
    readonly rungs: readonly RungReport[],
  ) {}

  toString(): string {
    return this.rungs.map((rung) => `${rung.name === this.chosen ? '* ' : '  '}${lineOf(rung)}`).join('\n');
  }
}

/** A storage, and why it is this one. */
export interface Chosen {
  /** Where documents are kept from now on. */
  readonly storage: Storage;
  /** What was found out. */
  readonly report: StorageReport;
}

/**
 * Nothing that was asked for can be used, and nothing weaker was taken in its place. Its code is `storage-unavailable`.
 *
 * @example
 * ```js
 * import { MemoryStorage } from 'agent-identity/hosts/memory';
 * import { StorageLadder, StorageUnavailable } from 'agent-identity/hosts/ladder';
 *
 * const ladder = new StorageLadder([{ name: 'memory', open: () => new MemoryStorage() }]);
 * const { report } = await ladder.probe().catch((error) => {
 *   if (error instanceof StorageUnavailable) return error;
 *   throw error;
 * });
 * console.log(String(report));
 * ```
 */
export class StorageUnavailable extends AgentIdentityError {
  constructor(
    /** Why. */
    readonly report: StorageReport,
  ) {
    super('storage-unavailable', 'fix-config', `no storage that was asked for can be used, and nothing else is taken in its place:\n${report}`);
  }
}

const STEPS: Record<ProbeStep, string> = {
  open: 'opening it',
  write: 'writing an entry',
  'read-back': 'reading an entry back',
  erase: 'erasing an entry',
  look: 'looking for the record',
};

function lineOf({ name, place, verdict, step, why, holdsRecord }: RungReport): string {
  if (verdict === 'failed') return `${name}: ${step ? STEPS[step] : 'it'} failed: ${why}`;
  const said = { works: 'works', 'not-needed': 'not needed', 'not-asked': 'not asked for' }[verdict];
  return `${name}: ${said}${place ? ` (${place})` : ''}${holdsRecord ? '; the record is here' : ''}`;
}
