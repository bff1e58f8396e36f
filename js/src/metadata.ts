import type { Guest } from './engine/engine.js';
import { type OperationOptions, drive, never } from './drive.js';
import { internal } from './error.js';
import type { Host } from './host.js';
import { HANDLE, Resource } from './resource.js';

type Functions = Omit<Guest['metadata'], 'beginAttest' | 'knownThreads' | 'knownTurns'>;

/**
 * What a request says about itself: one snapshot of its facts, and everything rendered from it. 64-bit integers are bigints here.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { metadata } = await load();
 * metadata.sanitizeGitUrl('https://user:secret@git.example/group/project.git'); // 'https://git.example/group/project.git'
 * ```
 */
export interface Metadata extends Functions {
  /**
   * Attests a request, to be done just in time. The value of the header field `x-oai-attestation`; `undefined` if the token may not stand
   * in one.
   */
  attest(options?: OperationOptions): Promise<string | undefined>;
  /** The threads that are loaded or being started. None known. */
  knownThreads(): KnownThreads;
  /** The turns of one loaded thread. None known, and the stored history not read. */
  knownTurns(): KnownTurns;
}

/** @internal */
export function metadataOf(guest: Guest, host: Host): Metadata {
  const { beginAttest, knownThreads, knownTurns, ...functions } = guest.metadata;
  return {
    ...functions,
    attest: async (options = {}) => {
      const completion = await drive(guest, beginAttest(), host, [options.onEvent], options.signal ?? never());
      if (completion.tag !== 'attested') throw internal('an attestation ended as something else');
      return completion.val;
    },
    knownThreads: () => new KnownThreads(guest, knownThreads.create()),
    knownTurns: () => new KnownTurns(guest, knownTurns.create()),
  };
}

/**
 * The threads that are loaded or being started. Ids are returned in their canonical form.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { metadata } = await load();
 * const threads = metadata.knownThreads();
 * const id = threads.reserve();
 * const isStored = false; // what the program's own store says about this id
 * threads.settle(id, isStored);
 * ```
 */
export class KnownThreads extends Resource {
  readonly #threads: Guest['metadata']['knownThreads'];

  /** @internal */
  constructor(guest: Guest, handle: ConstructorParameters<typeof Resource>[0]) {
    super(handle);
    this.#threads = guest.metadata.knownThreads;
  }

  /**
   * Takes the id of a new thread: the caller's, or a new one without `id`. Next, the host looks it up in its store and calls
   * {@link settle}. Errors: `invalid-thread-id`, `duplicate-thread-id`, `random-failed`.
   */
  reserve(id?: string): string {
    return this.#threads.reserve(this[HANDLE], id);
  }

  /**
   * Keeps a reserved id unless the store has it; `path` is where its history will be, if that is known. Errors: `duplicate-thread-id`; the
   * id is released then.
   */
  settle(id: string, isStored: boolean, path?: string): void {
    this.#threads.settle(this[HANDLE], id, isStored, path);
  }

  /**
   * Takes the thread of a stored history; `true` if it is running, so that the live one is used. `asked` is an id that the caller gave
   * beside it, `path` the history that was named. Errors: `thread-id-with-resume`, `thread-path-conflict`, `invalid-thread-id`.
   */
  resume(asked: string | undefined, stored: string, path?: string): boolean {
    return this.#threads.resume(this[HANDLE], asked, stored, path);
  }

  /** Gives up a thread whose start failed, or that is unloaded. */
  release(id: string): void {
    this.#threads.release(this[HANDLE], id);
  }
}

/**
 * The turns of one loaded thread; to be disposed of with it.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { metadata } = await load();
 * const turns = metadata.knownTurns();
 * let id = turns.reserve('0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
 * if (id === undefined) {
 *   turns.fill([]); // the turn ids of the stored history
 *   id = turns.reserve('0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
 * }
 * ```
 */
export class KnownTurns extends Resource {
  readonly #turns: Guest['metadata']['knownTurns'];

  /** @internal */
  constructor(guest: Guest, handle: ConstructorParameters<typeof Resource>[0]) {
    super(handle);
    this.#turns = guest.metadata.knownTurns;
  }

  /**
   * Takes the id of a new turn: the caller's, or a new one without `id`. `undefined` means: read the turn ids of the stored history, hand
   * them to {@link fill}, and ask again. Errors: `invalid-turn-id`, `duplicate-turn-id`, `random-failed`.
   */
  reserve(id?: string): string | undefined {
    return this.#turns.reserve(this[HANDLE], id);
  }

  /** Takes over the turn ids of the stored history; `undefined` if it could not be read. Errors: `turn-history-unreadable`. */
  fill(history: string[] | undefined): void {
    this.#turns.fill(this[HANDLE], history);
  }
}
