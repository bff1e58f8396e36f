/** Progress for `for await`, beside the callback. */

import { type Observer, type OperationOptions, type ProgressEvent, tell } from './drive.js';

/** What a caller may say about events it reads. */
export interface EventsOptions {
  /** Ends the reading: it throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** Most events that wait for their reader; the newest are lost when there are more (metadata specification 15-2). */
const MOST_WAITING = 1024;

/**
 * Events in the order in which they happen, from the call that gave them on. Leaving the loop ends them, and so does the end of what they
 * tell of. A slow reader delays nothing: up to 1024 events wait, and then the newest are lost and counted.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Enrollment } = await load();
 * const enrollment = Enrollment.open({ authapiBase: 'https://auth.example/api/accounts' });
 * const events = enrollment.events();
 * setTimeout(() => enrollment.dispose(), 100); // which ends the loop
 * for await (const { kind, subject, code } of events) console.log(kind, subject, code);
 * console.log(events.lost); // 0
 * ```
 */
export class Events implements AsyncIterableIterator<ProgressEvent> {
  readonly #waiting: ProgressEvent[] = [];
  readonly #reading = this.#read();
  readonly #left: () => void;
  #end: { readonly thrown?: unknown } | undefined;
  #lost = 0;
  #wake: () => void = () => undefined;

  /** @internal `left` is told at the end. */
  constructor(signal: AbortSignal | undefined, left: (ended: Events) => void = () => undefined) {
    const abort = () => {
      this.#waiting.length = 0;
      this.close({ thrown: signal!.reason });
    };
    this.#left = () => {
      signal?.removeEventListener('abort', abort);
      left(this);
    };
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort);
  }

  /** Events that were lost because their reader was behind. */
  get lost(): number {
    return this.#lost;
  }

  /** The next event, as soon as there is one. */
  next(): Promise<IteratorResult<ProgressEvent, undefined>> {
    return this.#reading.next();
  }

  /** Ends the reading; what waits is dropped. */
  return(): Promise<IteratorResult<ProgressEvent, undefined>> {
    this.#waiting.length = 0;
    this.close({});
    return this.#reading.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @internal */
  push(event: ProgressEvent): void {
    if (this.#end) return;
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(event);
    else this.#lost += 1;
    this.#wake();
  }

  /** @internal No more will come: what waits is read, and then the reading ends or throws. */
  close(end: { readonly thrown?: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    this.#left();
    this.#wake();
  }

  async *#read(): AsyncGenerator<ProgressEvent, undefined, undefined> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event) yield event;
      else if (this.#end) break;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if ('thrown' in this.#end) throw this.#end.thrown;
    return undefined;
  }
}

/**
 * The events of one operation, and what it ends with.
 *
 * @example
 * ```js
 * import { load, progress } from 'agent-identity';
 *
 * const { Enrollment } = await load();
 * const enrollment = Enrollment.open({ authapiBase: 'https://auth.example/api/accounts' });
 * const loading = progress((options) => enrollment.load(options));
 * try {
 *   for await (const { kind, subject } of loading) console.log(kind, subject);
 *   console.log((await loading.result).agentRuntimeId);
 * } catch (error) {
 *   console.error(error);
 * }
 * ```
 */
export class Progress<T> extends Events {
  /** What the operation ends with. If it fails, so does the reading. */
  readonly result: Promise<T>;

  /** @internal */
  constructor(start: (options: OperationOptions) => Promise<T>, signal: AbortSignal | undefined) {
    super(signal);
    // Whatever it throws at once is thrown here too.
    this.result = (async () => start({ signal, onEvent: (event) => this.push(event) }))();
    this.result.then(
      () => this.close({}),
      (thrown: unknown) => this.close({ thrown }),
    );
  }
}

/**
 * Starts an operation and gives its events for `for await`, which ends with the operation. `start` passes on the options it gets. Leaving
 * the loop stops nothing; the signal does.
 *
 * @example
 * ```js
 * import { load, progress } from 'agent-identity';
 *
 * const { Agent, Key } = await load();
 * const agent = Agent.open({ agentRuntimeId: 'agent-123', key: Key.generate(), authapiBase: 'https://auth.example/api/accounts' });
 * const registering = progress((options) => agent.ensureTask(undefined, options), { signal: AbortSignal.timeout(60_000) });
 * for await (const { kind, attempt, delayMs } of registering) console.log(kind, attempt, delayMs);
 * console.log(await registering.result);
 * ```
 */
export function progress<T>(start: (options: OperationOptions) => Promise<T>, { signal }: EventsOptions = {}): Progress<T> {
  return new Progress(start, signal);
}

/** Everybody who is told what one object does. @internal */
export class Audience {
  readonly #readers = new Set<Events>();

  /** Tells all of them. */
  readonly tell: Observer;

  constructor(observer: Observer | undefined) {
    this.tell = (event) => {
      for (const reader of this.#readers) reader.push(event);
      tell([observer], event);
    };
  }

  /** A reader more. */
  read({ signal }: EventsOptions): Events {
    const reader = new Events(signal, (ended) => this.#readers.delete(ended));
    if (!signal?.aborted) this.#readers.add(reader);
    return reader;
  }

  /** There is nothing more to tell. */
  end(): void {
    for (const reader of this.#readers) reader.close({});
  }
}
