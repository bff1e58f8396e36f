import type { Guest } from './engine/engine.js';
import type { Handle } from './engine/handle.js';
import type { Ground, HeaderPairs, Judgement, ResponseFacts, TaskOptions } from './agent/options.js';
import { Tasks } from './agent/tasks.js';
import { whole } from './assertion.js';
import { type OperationOptions, never, unlessAborted } from './drive.js';
import { AgentIdentityError, hasCode } from './error.js';
import { Audience, type Events, type EventsOptions } from './events.js';
import { type FetchOptions, signingFetch } from './fetch.js';
import type { ExternalTaskRef, Identity, Rejection, Ticket } from './generated/types.js';
import { Key } from './key.js';
import { HANDLE, Resource } from './resource.js';

export type { FetchOptions, Identity, Ticket };

/**
 * An identity with its tasks: registers tasks, builds the header fields of requests, and signs what `fetch` sends.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Agent, Key } = await load();
 * const key = Key.generate();
 * const agent = Agent.open({ agentRuntimeId: 'agent-123', key, authapiBase: 'https://auth.example/api/accounts', accountId: 'acct-1' });
 * await agent.ensureTask();
 * const headers = new Headers(await agent.authorize());
 * ```
 */
export class Agent extends Resource {
  readonly #ground: Ground;
  readonly #key: Handle;
  readonly #custodianKeyId: string | undefined;
  readonly #identity: Identity;
  readonly #audience: Audience;
  readonly #tasks: Tasks;

  /**
   * `fetch` that signs: each request carries the agent's header fields for the run task. A task that is missing is registered first. A
   * request refused with 401 because of its task or of the clock is signed anew and repeated once, if its body can be sent again (D1, D2).
   * It may be handed to anything that takes a `fetch`; {@link fetchFor} makes one for certain origins or for another task.
   *
   * Only `https`, or `http` to a loopback host, is signed for; anything else is `config-invalid`. Redirects are not followed unless
   * `init.redirect` asks for it: an assertion is a credential.
   *
   * @example
   * ```js
   * import { load } from 'agent-identity';
   *
   * const { Agent, Key } = await load();
   * const agent = Agent.open({ agentRuntimeId: 'agent-123', key: Key.generate(), authapiBase: 'https://auth.example/api/accounts' });
   * const answer = await agent.fetch('https://api.example/v1/responses', { method: 'POST', body: '{}' });
   * ```
   */
  readonly fetch: typeof globalThis.fetch = this.fetchFor({});

  /** @internal */
  constructor(ground: Ground, handle: Handle) {
    super(handle);
    const { guest } = ground;
    this.#ground = ground;
    this.#identity = guest.agents.agent.identity(handle);
    this.#key = guest.agents.agent.key(handle);
    this.#custodianKeyId = guest.keys.key.custodianKeyId(this.#key);
    this.#audience = new Audience(ground.behaviour.onEvent);
    this.#tasks = new Tasks(ground, handle, this.#identity, this.#audience);
  }

  override dispose(): void {
    this.#key.drop();
    super.dispose();
    this.#audience.end();
  }

  /** Who the agent is. */
  get identity(): Identity {
    return this.#identity;
  }

  /** The id the backend gave it. */
  get agentRuntimeId(): string {
    return this.#identity.agentRuntimeId;
  }

  /** Offset that is added to the wall clock, milliseconds. */
  get clockOffsetMs(): number {
    return Number(this.#agents.clockOffsetMs(this[HANDLE]));
  }

  /** Its key, as a hold of its own. */
  key(): Key {
    return new Key(this.#ground.guest, this.#agents.key(this[HANDLE]));
  }

  /**
   * The header fields of one request for the run task or for a normalised reference: `Authorization` and the account fields. Build them
   * anew for every attempt. Errors: `run-task-missing`, `clock-out-of-range`, `signature-invalid`.
   */
  async authorize(reference?: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<HeaderPairs> {
    return (await this.sign(reference, signal)).headers;
  }

  /** The header fields, and the task they are for. @internal */
  async sign(reference: string | undefined, signal?: AbortSignal): Promise<{ headers: HeaderPairs; taskId: string }> {
    const { agentRuntimeId, taskId, clockOffsetMs, accountHeaders } = this.ticket(reference);
    const { assertions } = this.#ground.guest;
    if (this.#custodianKeyId === undefined) {
      const value = assertions.authorize(this.#key, agentRuntimeId, taskId, clockOffsetMs);
      return { headers: [['Authorization', value], ...accountHeaders], taskId };
    }
    const { text, timestamp } = assertions.prepare(agentRuntimeId, taskId, clockOffsetMs);
    const signature = await this.#signature(this.#custodianKeyId, text, signal ?? never());
    const value = assertions.assemble(this.#key, agentRuntimeId, taskId, timestamp, signature);
    return { headers: [['Authorization', value], ...accountHeaders], taskId };
  }

  async #signature(keyId: string, text: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { custodian } = this.#ground.host;
    const refused = (why: string, cause?: unknown) =>
      new AgentIdentityError('signature-invalid', 'fix-config', `the custodian did not sign: ${why}`, { cause });
    if (!custodian) throw refused('the host has none', 'custodian');
    signal.throwIfAborted();
    const signing = custodian.sign(keyId, text, signal).catch((error: unknown) => {
      throw refused(error instanceof Error ? error.message : 'it failed', error);
    });
    return unlessAborted(signing, signal);
  }

  /** What is needed to sign for this task elsewhere, without the agent's state. Errors: `run-task-missing`. */
  ticket(reference?: string): Ticket {
    return this.#agents.ticket(this[HANDLE], reference);
  }

  /**
   * The task of a normalised reference, or the run task: the one known, else the one stored for this account, backend and key, else a new
   * one, which is then stored. Concurrent callers share one registration, which nobody stops by giving up.
   * Errors: `task-register-…`, `sealed-…`, `config-invalid` for a reference that is not normalised.
   */
  async ensureTask(reference?: string, options: TaskOptions = {}): Promise<string> {
    return this.#tasks.ensure(reference, options);
  }

  /** As {@link ensureTask}, but nothing is sent: a task that is neither known nor stored is `run-task-missing`. */
  async storedTask(reference?: string, options: OperationOptions = {}): Promise<string> {
    return this.#tasks.stored(reference, options);
  }

  /** Replaces a task that the backend has just refused; if that has happened already, the new one is returned (D1). */
  async replaceTask(reference: string | undefined, refused: string, options: TaskOptions = {}): Promise<string> {
    return this.#tasks.replace(reference, refused, options);
  }

  /**
   * Registers the run task, or a task for a reference of the caller's own, and returns its id; nothing is stored. Retried as the
   * specification says. Most programs want {@link ensureTask}.
   */
  async registerTask(reference?: ExternalTaskRef, options: TaskOptions = {}): Promise<string> {
    return this.#tasks.register(reference, options);
  }

  /** Takes a task that was registered earlier; `reference` is normalised. Errors: `task-id-invalid`. */
  adoptTask(reference: string | undefined, taskId: string): void {
    this.#agents.adoptTask(this[HANDLE], reference, taskId);
  }

  /** The task known for a normalised reference, or the run task. */
  task(reference?: string): string | undefined {
    return this.#tasks.known(reference);
  }

  /** Drops a task; returns what was known. */
  forgetTask(reference?: string): string | undefined {
    return this.#agents.forgetTask(this[HANDLE], reference);
  }

  /** Judges the response to a signed request and, when it shows a wrong clock, corrects the offset. Errors: `skew-out-of-range`. */
  onResponse(response: ResponseFacts): Judgement {
    const { sentMs, receivedMs } = response;
    const facts = { ...response, sentMs: whole('sentMs', sentMs), receivedMs: whole('receivedMs', receivedMs) };
    return judgementOf(this.#agents.onResponse(this[HANDLE], facts));
  }

  /**
   * What the agent does from now on, for `for await`: until the loop is left, the signal is aborted or the agent is disposed of.
   *
   * @example
   * ```js
   * import { load } from 'agent-identity';
   *
   * const { Agent, Key } = await load();
   * const agent = Agent.open({ agentRuntimeId: 'agent-123', key: Key.generate(), authapiBase: 'https://auth.example/api/accounts' });
   * setTimeout(() => agent.dispose(), 100); // which ends the loop
   * for await (const { kind, subject, code } of agent.events()) console.log(kind, subject, code);
   * ```
   */
  events(options: EventsOptions = {}): Events {
    // One that has ended would be waited for in vain.
    this[HANDLE].use();
    return this.#audience.read(options);
  }

  /** A `fetch` that signs for certain origins only, or for the task of a reference. Errors: `config-invalid`. */
  fetchFor(options: FetchOptions): typeof globalThis.fetch {
    return signingFetch(
      {
        sign: (reference, signal) => this.#signEnsured(reference, signal),
        judge: (facts) => this.onResponse(facts),
        replace: (reference, refused, signal) => this.replaceTask(reference, refused, { signal }),
        replacesTasks: () => this.#ground.behaviour.replaceTasks ?? true,
        now: () => Number(this.#ground.host.clock.now()),
      },
      options,
    );
  }

  get #agents(): Guest['agents']['agent'] {
    return this.#ground.guest.agents.agent;
  }

  /** Has a task and signs for it. Another request may learn in between that the task is refused; then the next one is signed for. */
  async #signEnsured(reference: string | undefined, signal: AbortSignal) {
    for (let round = 1; round < ROUNDS; round += 1) {
      await this.ensureTask(reference, { signal });
      try {
        return await this.sign(reference, signal);
      } catch (error) {
        if (!hasCode(error, 'run-task-missing')) throw error;
      }
    }
    return this.sign(reference, signal);
  }
}

/** How often a task that is had may be lost again before it is signed for. */
const ROUNDS = 8;

function judgementOf({ skewMs, ...rejection }: Rejection): Judgement {
  return { ...rejection, skewMs: skewMs === undefined ? undefined : Number(skewMs) };
}
