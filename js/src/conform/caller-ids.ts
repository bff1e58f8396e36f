/** Ids that callers choose: a host with threads and a store, call after call. */

import type { Handle } from '../engine/handle.js';
import { AgentIdentityError, configInvalid, internal } from '../error.js';
import { type Value, orOmitted } from './answer.js';
import type { Driver } from './driver.js';
import { TIME, askedAt } from './instant.js';
import { array, bool, defaulted, option, sorted, struct, tagged, text } from './json.js';
import { wholeOperation } from './operation.js';
import { hex } from './question.js';

/** What a caller does. Threads that are there already are named by their id in canonical form. */
const CALL = tagged('call', {
  /** Begins a start, and leaves it unfinished: the other caller of a race. */
  'reserve-thread': struct({ thread_id: option(text) }),
  /** A whole start, which may fail after its id was taken. */
  'start-thread': struct({ thread_id: option(text), path: option(text), fails: defaulted(bool, () => false) }),
  'resume-thread': struct({ stored_id: text, thread_id: option(text), path: option(text) }),
  'unload-thread': struct({ thread_id: text }),
  'start-turn': struct({ thread_id: text, turn_id: option(text) }),
  /** The history can be read from now on. */
  'mend-history': struct({ thread_id: text, turns: array(text) }),
});

type Call = ReturnType<typeof CALL>;

/** A stored thread: the turn ids of its history; none if it cannot be read. */
const STORED = struct({ turns: option(array(text)) });

export const run = wholeOperation(
  struct({ calls: array(CALL), stored: defaulted(sorted(STORED), () => []), ...TIME, random_hex: option(hex) }),
  (driver, input) => {
    if (input.now_ms !== undefined || input.now !== undefined) driver.setClock(askedAt(input));
    driver.setRandom(input.random_hex ?? new Uint8Array());
    const stored = new Map(input.stored.map(([id, { turns }]) => [id, turns]));
    const host = new CallerHost(driver, stored);
    try {
      return { results: input.calls.map((call) => host.serve(call)) };
    } finally {
      host.close();
    }
  },
);

/** What a call brought: one of ids and error, and how often the history was read for it. */
interface Answer {
  thread_id?: string;
  turn_id?: string;
  /** Whether the resumed thread is a running one. */
  live?: boolean;
  parses?: number;
  error?: string;
}

/** A host that serves one caller after the other. */
class CallerHost {
  readonly #driver: Driver;
  readonly #threads: Handle;
  /** Of the loaded threads. */
  readonly #turns = new Map<string, Handle>();
  readonly #stored: Map<string, string[] | undefined>;

  constructor(driver: Driver, stored: Map<string, string[] | undefined>) {
    this.#driver = driver;
    this.#stored = stored;
    this.#threads = this.#known.create();
  }

  get #known() {
    return this.#driver.guest.metadata.knownThreads;
  }

  /** Errors are those of a call that makes no sense; what a caller is refused is an answer. */
  serve(call: Call): Value {
    const answer: Answer = {};
    try {
      this.#perform(call, answer);
    } catch (error) {
      if (!(error instanceof AgentIdentityError) || ['config-invalid', 'internal'].includes(error.code)) throw error;
      answer.error = error.code;
    }
    const { thread_id, turn_id, live, parses, error } = answer;
    const members = { thread_id, turn_id, live, parses, error };
    return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, orOmitted(member)]));
  }

  close(): void {
    for (const turns of this.#turns.values()) turns.drop();
    this.#threads.drop();
  }

  #perform({ tag, val }: Call, answer: Answer): void {
    switch (tag) {
      case 'reserve-thread':
        answer.thread_id = this.#known.reserve(this.#threads, val.thread_id);
        return;
      case 'start-thread':
        answer.thread_id = this.#start(val.thread_id, val.path, val.fails);
        return;
      case 'resume-thread':
        answer.live = this.#known.resume(this.#threads, val.thread_id, val.stored_id, val.path);
        if (!answer.live) this.#load(val.stored_id);
        return;
      case 'unload-thread':
        this.#known.release(this.#threads, val.thread_id);
        this.#turns.get(val.thread_id)?.drop();
        this.#turns.delete(val.thread_id);
        return;
      case 'start-turn':
        answer.parses = 0;
        answer.turn_id = this.#startTurn(val.thread_id, val.turn_id, answer as { parses: number });
        return;
      case 'mend-history':
        this.#stored.set(val.thread_id, val.turns);
    }
  }

  #start(asked: string | undefined, path: string | undefined, fails: boolean): string {
    const id = this.#known.reserve(this.#threads, asked);
    this.#known.settle(this.#threads, id, this.#stored.has(id), path);
    if (fails) this.#known.release(this.#threads, id);
    else this.#load(id);
    return id;
  }

  #load(id: string): void {
    this.#turns.get(id)?.drop();
    this.#turns.set(id, this.#driver.guest.metadata.knownTurns.create());
  }

  #startTurn(thread: string, asked: string | undefined, read: { parses: number }): string {
    const { knownTurns } = this.#driver.guest.metadata;
    const turns = this.#turns.get(thread);
    if (!turns) throw configInvalid('`calls` starts a turn of a thread that is not loaded');
    const found = knownTurns.reserve(turns, asked);
    if (found !== undefined) return found;
    read.parses += 1;
    // A thread that was never stored has an empty history.
    knownTurns.fill(turns, this.#stored.has(thread) ? this.#stored.get(thread) : []);
    const id = knownTurns.reserve(turns, asked);
    if (id === undefined) throw internal('the history of turns is asked for twice');
    return id;
  }
}
