import type { Guest } from './abi/guest.js';
import type { Handle } from './abi/handle.js';
import { whole } from './assertion.js';
import { type Observer, type OperationOptions, type ProgressEvent, drive, tell, unlessAborted } from './drive.js';
import { AgentIdentityError, hasCode, internal } from './error.js';
import { type FetchOptions, signingFetch } from './fetch.js';
import { Flights } from './flights.js';
import type { AgentDescription, Completion, ExternalTaskRef, Identity, Rejection, Ticket } from './generated/types.js';
import type { Host } from './host.js';
import { Key, VerifyingKey } from './key.js';
import { HANDLE, Resource, handleOf } from './resource.js';
import { sha256 } from './sha256.js';

export type { AgentDescription, FetchOptions, Identity, Ticket };

/** Header fields, in order. */
export type HeaderPairs = [name: string, value: string][];

/** What an agent is made of. */
export interface AgentOptions extends AgentBehaviour {
  /** Id the backend gave the agent. */
  readonly agentRuntimeId: string;
  /** Its key; the agent has its own hold of it. */
  readonly key: Key;
  /** Base of the registration endpoints. */
  readonly authapiBase: string;
  /** Account the agent acts for; sent as `ChatGPT-Account-ID`. */
  readonly accountId?: string | undefined;
  /** User the agent acts for. Never sent; part of the binding of a task. */
  readonly chatgptUserId?: string | undefined;
  /** Whether requests carry `X-OpenAI-Fedramp: true`. Default: no. */
  readonly fedramp?: boolean | undefined;
  /** A run task that was registered earlier. */
  readonly runTask?: string | undefined;
  /** Clock offset learnt before, milliseconds. Default: 0. */
  readonly clockOffsetMs?: number | undefined;
}

/** How an agent behaves. */
export interface AgentBehaviour {
  /** Whether a measured clock offset is applied to timestamps. Default: yes. */
  readonly correctClock?: boolean | undefined;
  /** Threshold from which a clock offset is applied, 5 to 240 s. Default: 240. */
  readonly skewThresholdS?: number | undefined;
  /** Whether a task that the backend refuses is replaced, and the refused request repeated once (D1). Default: yes. */
  readonly replaceTasks?: boolean | undefined;
  /** Is told about progress. */
  readonly onEvent?: Observer | undefined;
}

/** What a caller may say about having a task. */
export interface TaskOptions extends OperationOptions {
  /** The caller's name for the conversation; only labels events. */
  readonly conversation?: string | undefined;
}

/** What came back for a request that carried an assertion. */
export interface ResponseFacts {
  /** Status code; absent when there was no response. */
  readonly status?: number | undefined;
  /** Value of `Date`, if present. */
  readonly date?: string | undefined;
  /** Value of `Age`, if present. */
  readonly age?: string | undefined;
  /** Up to 64 KiB of the body. */
  readonly body: Uint8Array;
  /** Uncorrected wall clock when the request was sent, milliseconds. */
  readonly sentMs: number;
  /** Uncorrected wall clock when the response arrived, milliseconds. */
  readonly receivedMs: number;
}

/** What a response means for the identity. */
export interface Judgement {
  /** `none`, `network`, `clock`, `task`, `key` or `unknown`. */
  readonly class: string;
  /** Error code; absent for class `none`. */
  readonly code?: string | undefined;
  /** `pass`, `back-off`, `correct-clock-and-repeat`, `register-and-repeat` or `surface`. */
  readonly action: string;
  /** Measured skew, milliseconds, when the response allows measuring it. */
  readonly skewMs?: number | undefined;
}

/** What an agent stands on. @internal */
export interface Ground {
  readonly guest: Guest;
  readonly host: Host;
  readonly authapiBase: string;
  readonly behaviour: AgentBehaviour;
}

/** The refused task that is replaced, if one is, and the task that is had. */
type Had = { readonly replaced: string | undefined; readonly taskId: string } | { readonly replaced: string | undefined; readonly error: unknown };

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
  readonly #flights = new Flights<Had>();

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
  }

  override dispose(): void {
    this.#key.drop();
    super.dispose();
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
    return this.task(reference) ?? this.#haveTask(reference, undefined, options);
  }

  /** As {@link ensureTask}, but nothing is sent: a task that is neither known nor stored is `run-task-missing`. */
  async storedTask(reference?: string, options: OperationOptions = {}): Promise<string> {
    return this.task(reference) ?? this.#performTask(reference, undefined, false, options, options.signal ?? never());
  }

  /** Replaces a task that the backend has just refused; if that has happened already, the new one is returned (D1). */
  async replaceTask(reference: string | undefined, refused: string, options: TaskOptions = {}): Promise<string> {
    return this.#haveTask(reference, refused, options);
  }

  /**
   * Registers the run task, or a task for a reference of the caller's own, and returns its id; nothing is stored. Retried as the
   * specification says. Most programs want {@link ensureTask}.
   */
  async registerTask(reference?: ExternalTaskRef, options: TaskOptions = {}): Promise<string> {
    const operation = this.#agents.beginRegisterTask(this[HANDLE], reference, options.conversation);
    return taskOf(await this.#drive(operation, options, options.signal ?? never()));
  }

  /** Takes a task that was registered earlier; `reference` is normalised. Errors: `task-id-invalid`. */
  adoptTask(reference: string | undefined, taskId: string): void {
    this.#agents.adoptTask(this[HANDLE], reference, taskId);
  }

  /** The task known for a normalised reference, or the run task. */
  task(reference?: string): string | undefined {
    return this.#agents.task(this[HANDLE], reference);
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

  /** Callers of one reference share one flight, whatever the reason they have for it. */
  async #haveTask(reference: string | undefined, refused: string | undefined, options: TaskOptions): Promise<string> {
    for (;;) {
      const had = await this.#fly(reference, refused, options);
      if ('error' in had) {
        if (refused === undefined || !(had.error instanceof AgentIdentityError)) throw had.error;
        const { code, advice, message, status, attempts, retryAfterS, fromCooldown } = had.error;
        const details = { status, attempts, retryAfterS, fromCooldown, cause: 'rejected-task' };
        throw new AgentIdentityError(code, advice, message, details);
      }
      // What others began before the refusal may bring the refused task.
      if (refused === undefined || had.taskId !== refused || had.replaced === refused) return had.taskId;
    }
  }

  /** Has a task, or shares in what others do for it (L6). Also told is which refused task that replaces. */
  #fly(reference: string | undefined, refused: string | undefined, options: TaskOptions): Promise<Had> {
    const fly = async (): Promise<Had> => {
      try {
        return { replaced: refused, taskId: await this.#performTask(reference, refused, true, options, never()) };
      } catch (error) {
        return { replaced: refused, error };
      }
    };
    const waiting = () => tell(this.#observers(options), this.#waiting(reference, options.conversation));
    return this.#flights.join(reference, options.signal ?? never(), fly, waiting);
  }

  async #performTask(reference: string | undefined, refused: string | undefined, canRegister: boolean, options: TaskOptions, signal: AbortSignal) {
    const { conversation } = options;
    const operation = this.#agents.beginEnsureTask(this[HANDLE], { ref: reference, conversation, canRegister, refused });
    return taskOf(await this.#drive(operation, options, signal));
  }

  #drive(operation: Handle, options: OperationOptions, signal: AbortSignal): Promise<Completion> {
    return drive(this.#ground.guest, operation, this.#ground.host, this.#observers(options), signal);
  }

  #observers(options: OperationOptions): (Observer | undefined)[] {
    return [this.#ground.behaviour.onEvent, options.onEvent];
  }

  /** That somebody else is having the task, named as the component names it: by its cache key (L1). */
  #waiting(reference: string | undefined, conversation: string | undefined): ProgressEvent {
    const { agentRuntimeId, accountId, chatgptUserId } = this.#identity;
    const parts = [agentRuntimeId, accountId, chatgptUserId, this.#ground.authapiBase.replace(/\/+$/, ''), reference ?? ''];
    const digest = sha256(new TextEncoder().encode(parts.map((part) => `${part}\0`).join('')));
    const keyDigest = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return { kind: 'waiting', subject: 'task', conversation, keyDigest, attempt: 0 };
  }
}

/**
 * Opens and registers agents.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Agent, Key } = await load();
 * const agent = Agent.open({
 *   agentRuntimeId: 'agent-123',
 *   key: Key.generate(),
 *   authapiBase: 'https://auth.example/api/accounts',
 *   onEvent: ({ kind, subject }) => console.log(kind, subject),
 * });
 * console.log(agent.identity);
 * ```
 */
export class Agents {
  readonly #guest: Guest;
  readonly #host: Host;

  /** @internal */
  constructor(guest: Guest, host: Host) {
    this.#guest = guest;
    this.#host = host;
  }

  /** An agent that is registered already. Errors: `runtime-id-invalid`, `record-invalid`, `base-url-unsupported`, `config-invalid`. */
  open(options: AgentOptions): Agent {
    const { agentRuntimeId, key, authapiBase, accountId, chatgptUserId, skewThresholdS, runTask, ...behaviour } = options;
    const config = {
      agentRuntimeId,
      accountId,
      chatgptUserId,
      fedramp: options.fedramp ?? false,
      authapiBase,
      correctClock: options.correctClock ?? true,
      skewThresholdS,
      clockOffsetMs: whole('clockOffsetMs', options.clockOffsetMs ?? 0),
    };
    const ground = { guest: this.#guest, host: this.#host, authapiBase, behaviour };
    const agent = new Agent(ground, this.#guest.agents.agent.open(config, handleOf(key)));
    if (runTask !== undefined) agent.adoptTask(undefined, runTask);
    return agent;
  }

  /**
   * The agent that a stored document holds: `auth.json` as `agent-identity register` and the reference client write it. Its run task, if it
   * has one, is known from the start. Errors: `record-invalid`, `auth-material-missing`, `store-read-failed`, the `key-…` codes.
   */
  fromRecord(authJson: Uint8Array, options: AgentBehaviour & { readonly authapiBase: string }): Agent {
    // Whose record it is does not matter here: the caller decided to use it.
    const { identity } = this.#guest.logins.readRecord(authJson, '', '');
    if (!identity) {
      const message = 'the document holds no identity record; register the agent first';
      throw new AgentIdentityError('auth-material-missing', 'fix-config', message);
    }
    const { agentRuntimeId, accountId, chatgptUserId, fedramp, taskId } = identity;
    const key = new Key(this.#guest, this.#guest.logins.recordKey(authJson));
    try {
      return this.open({ ...options, agentRuntimeId, key, accountId, chatgptUserId, fedramp, runTask: taskId });
    } finally {
      key.dispose();
    }
  }

  /**
   * Registers a public key with an access token and returns the runtime id it gets. Retried as the specification says.
   * Errors: `base-url-unsupported`, `agent-register-rejected`, `agent-response-undecodable`, `bootstrap-unavailable`.
   */
  async register(registration: AgentRegistration, options: OperationOptions = {}): Promise<string> {
    const { authapiBase, key, description, accessToken, fedramp = false } = registration;
    const given = key instanceof Key ? key.public().raw : undefined;
    const verifying = given ? new VerifyingKey(this.#guest, this.#guest.keys.verifyingKey.import('raw', given)) : key;
    try {
      const operation = this.#guest.agents.beginRegisterAgent(authapiBase, handleOf(verifying), description, accessToken, fedramp);
      const completion = await drive(this.#guest, operation, this.#host, [options.onEvent], options.signal ?? never());
      if (completion.tag !== 'agent-registered') throw internal('an agent registration ended as something else');
      return completion.val;
    } finally {
      if (given) verifying.dispose();
    }
  }
}

/** An agent registration: what the backend is asked. */
export interface AgentRegistration {
  /** Base of the registration endpoints. */
  readonly authapiBase: string;
  /** The key whose public half is registered. */
  readonly key: Key | VerifyingKey;
  /** Where the agent runs. */
  readonly description: AgentDescription;
  /** A secret. */
  readonly accessToken: string;
  /** Whether the request carries `X-OpenAI-Fedramp: true`. Default: no. */
  readonly fedramp?: boolean | undefined;
}

/** How often a task that is had may be lost again before it is signed for. */
const ROUNDS = 8;

/** A signal for a caller that gives none: one of its own, since Node takes many listeners of one signal for a leak. @internal */
export function never(): AbortSignal {
  return new AbortController().signal;
}

function taskOf(completion: Completion): string {
  if (completion.tag !== 'task-registered') throw internal('a task registration ended as something else');
  return completion.val;
}

function judgementOf({ skewMs, ...rejection }: Rejection): Judgement {
  return { ...rejection, skewMs: skewMs === undefined ? undefined : Number(skewMs) };
}
