/** Chooses where documents are kept, by trying. */

import { HostError, type Storage } from '../host.js';
import { refuseIfAborted, unlessAborted } from './aborting.js';
import { LayeredStorage, isSame } from './ladder/layered.js';
import { type Chosen, type ProbeStep, type RungReport, StorageReport, StorageUnavailable } from './ladder/report.js';

export { type Chosen, type ProbeStep, type RungReport, StorageReport, StorageUnavailable };
export type { Verdict } from './ladder/report.js';

/** A storage that can be chosen. */
export interface Rung {
  /** What it is called in reports. */
  readonly name: string;
  /** What and where it is, for people. */
  readonly place?: string | undefined;
  /** Makes it. That it throws is a reason to pass it over. */
  open(signal?: AbortSignal): Storage | Promise<Storage>;
}

/** What is asked for. */
export interface ProbeOptions {
  /** Exactly the rung of this name: if it cannot be used, nothing weaker is taken in its place. Default: the strongest that works. */
  readonly only?: string | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** The document whose member `agent_identity` is the identity record. */
const RECORD = 'auth.json';

/**
 * Storages, strongest first, of which the first that works is chosen: it has to keep a throw-away entry, give it back and erase it. A
 * document that still lies on a weaker rung counts, and moves up when it is changed next.
 *
 * @example
 * ```js
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { load } from 'agent-identity';
 * import { FileStorage } from 'agent-identity/hosts/files';
 * import { StorageLadder } from 'agent-identity/hosts/ladder';
 * import { MemoryStorage } from 'agent-identity/hosts/memory';
 *
 * const home = join(tmpdir(), `identity-${process.pid}`);
 * const ladder = new StorageLadder([
 *   { name: 'files', place: home, open: () => new FileStorage(home) },
 *   { name: 'memory', open: () => new MemoryStorage() },
 * ]);
 * const { storage, report } = await ladder.probe();
 * console.log(String(report));
 * const component = (await load()).with({ storage });
 * ```
 */
export class StorageLadder {
  readonly #rungs: readonly Rung[];

  constructor(rungs: readonly Rung[]) {
    this.#rungs = [...rungs];
  }

  /** Tries the rungs. Rejects with {@link StorageUnavailable} when none can be used, and with `cancelled` when the signal is aborted. */
  async probe({ only, signal }: ProbeOptions = {}): Promise<Chosen> {
    const tried: Tried[] = [];
    let chosen: Tried | undefined;
    for (const rung of this.#rungs) {
      refuseIfAborted(signal);
      const one = only !== undefined && rung.name !== only ? notAsked(rung) : await attempt(rung, chosen === undefined, signal);
      if (one.report.verdict === 'works') chosen = one;
      tried.push(one);
    }
    const report = new StorageReport(
      chosen?.report.name,
      tried.map((one) => one.report),
    );
    if (!chosen?.storage) throw new StorageUnavailable(report);
    const beneath = tried.flatMap(({ report: { verdict }, storage }) => (verdict === 'not-needed' && storage ? [storage] : []));
    return { storage: beneath.length ? new LayeredStorage(chosen.storage, beneath) : chosen.storage, report };
  }
}

/** A rung that has been looked at. */
interface Tried {
  readonly report: RungReport;
  readonly storage?: Storage;
}

const notAsked = ({ name }: Rung): Tried => ({ report: { name, verdict: 'not-asked' } });

/** A candidate is tried; where a stronger one stands it is only looked at. */
async function attempt(rung: Rung, isCandidate: boolean, signal: AbortSignal | undefined): Promise<Tried> {
  const { name, place } = rung;
  const at: { step: ProbeStep } = { step: 'open' };
  try {
    const storage = await unlessAborted((async () => rung.open(signal))(), signal);
    if (isCandidate) await tryOut(storage, at, signal);
    at.step = 'look';
    const record = await storage.load(RECORD, signal);
    record?.document.fill(0);
    return { report: { name, place, verdict: isCandidate ? 'works' : 'not-needed', holdsRecord: record !== undefined }, storage };
  } catch (error) {
    refuseIfAborted(signal);
    return { report: { name, place, verdict: 'failed', step: at.step, why: whyOf(error) } };
  }
}

/** Writes, reads back and erases an entry about as long as a record with tokens: some keyrings only take short ones. */
async function tryOut(storage: Storage, at: { step: ProbeStep }, signal: AbortSignal | undefined): Promise<void> {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const name = `probe-${random}`;
  const entry = new TextEncoder().encode(`{\n  "probe": "${random.repeat(256)}"\n}`);
  at.step = 'write';
  await storage.replace(name, undefined, entry.slice(), signal);
  at.step = 'read-back';
  const found = await storage.load(name, signal).catch((error: unknown) => new Failure(error));
  // Whatever was read, and without the signal: a caller that gives up leaves nothing behind either.
  const erased = await storage.erase(name).catch((error: unknown) => new Failure(error));
  if (found instanceof Failure) throw found.error;
  if (!found || !isSame(found.document, entry)) throw new HostError('unreadable', 'what was read back is not what was written');
  at.step = 'erase';
  if (erased instanceof Failure) throw erased.error;
}

/** Kept until the entry has been erased. */
class Failure {
  constructor(readonly error: unknown) {}
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
