import type { Guest } from './engine/engine.js';
import type { Handle } from './engine/handle.js';
import { Agent } from './agent.js';
import type { AgentBehaviour, TaskOptions } from './agent/options.js';
import { drive, never } from './drive.js';
import { cancelled, internal } from './error.js';
import { Audience, type Events, type EventsOptions } from './events.js';
import { Flights } from './flights.js';
import type { AgentDescription, Change, Completion, ManagedLogin } from './generated/types.js';
import type { Host } from './host.js';
import { HANDLE, Resource } from './resource.js';

export type { ManagedLogin };

/** What holds for every change of an enrollment. */
export interface EnrollmentOptions extends AgentBehaviour {
  /** Base of the registration endpoints. */
  readonly authapiBase: string;
  /** Where the key set for identity JWTs is. Default: the production service's. */
  readonly jwksUrl?: string | undefined;
  /** What a new agent says about itself. Default: source `unknown`, os `web`. */
  readonly description?: AgentDescription | undefined;
  /** Accounts that may be used. Default: any. */
  readonly allowedWorkspaces?: readonly string[] | undefined;
}

const JWKS_URL = 'https://chatgpt.com/backend-api/wham/agent-identities/jwks';

/**
 * An installation's agent identity: how it is got, kept, changed and lost. A change that is overtaken by a later one ends with
 * `cancelled`, and what it brought is not used.
 *
 * @example
 * ```js
 * import { hasCode, load } from 'agent-identity';
 *
 * const { Enrollment } = await load();
 * const enrollment = Enrollment.open({ authapiBase: 'https://auth.example/api/accounts' });
 * try {
 *   const agent = await enrollment.load();
 *   console.log(agent.agentRuntimeId);
 * } catch (error) {
 *   if (!hasCode(error, 'auth-material-missing')) throw error;
 *   console.log('nobody is logged in');
 * }
 * ```
 */
export class Enrollment extends Resource {
  readonly #guest: Guest;
  readonly #host: Host;
  readonly #options: EnrollmentOptions;
  readonly #audience: Audience;
  readonly #flights = new Flights<Agent>();
  #agent: Agent | undefined;

  /** @internal */
  constructor(guest: Guest, host: Host, options: EnrollmentOptions, handle: Handle) {
    super(handle);
    this.#guest = guest;
    this.#host = host;
    this.#audience = new Audience(options.onEvent);
    // What its agents do is told beside what it does itself.
    this.#options = { ...options, onEvent: this.#audience.tell };
  }

  /** The agent in use. It belongs to the enrollment, which disposes of it when it is replaced. */
  get agent(): Agent | undefined {
    return this.#agent;
  }

  override dispose(): void {
    this.#take(undefined);
    super.dispose();
    this.#audience.end();
  }

  /** What it and its agents do from now on, for `for await`: until the loop is left, the signal is aborted or it is disposed of. */
  events(options: EventsOptions = {}): Events {
    // One that has ended would be waited for in vain.
    this[HANDLE].use();
    return this.#audience.read(options);
  }

  /**
   * An agent for the account of a managed login: the one in use or stored, else a new one. Concurrent callers share one bootstrap.
   * Errors: `bootstrap-unavailable`, `chatgpt-auth-unavailable`, `agent-register-…`, `task-register-…`, `store-…`.
   */
  async bootstrap(login: ManagedLogin, options: TaskOptions = {}): Promise<Agent> {
    const isOf = ({ identity }: Agent) => identity.accountId === login.accountId && identity.chatgptUserId === login.chatgptUserId;
    if (this.#agent && isOf(this.#agent)) return this.#agent;
    const bootstrapping = async () => {
      if (this.#agent && !isOf(this.#agent)) this.#take(undefined);
      const agent = await this.#changeToAgent({ tag: 'bootstrap', val: login }, options, never());
      if (!isOf(agent)) throw overtaken();
      return agent;
    };
    return this.#share(JSON.stringify([login.accountId, login.chatgptUserId]), options, bootstrapping);
  }

  /**
   * Logs in with an identity JWT, and stores it. Nothing is registered. Errors: the `jwt-…`, `jwks-…` and `key-…` codes,
   * `workspace-not-allowed`, `store-…`.
   */
  async login(jwt: string, options: TaskOptions = {}): Promise<Agent> {
    return this.#changeToAgent({ tag: 'login', val: jwt }, options, options.signal ?? never());
  }

  /**
   * Takes the stored identity, whosever it is; a JWT is verified first. Errors: `auth-material-missing`, `record-invalid`,
   * `store-read-failed`, those of {@link login}. Concurrent callers share one loading.
   */
  async load(options: TaskOptions = {}): Promise<Agent> {
    return this.#share('load', options, () => this.#changeToAgent({ tag: 'load' }, options, never()));
  }

  /**
   * Registers a new key with this access token. The old one goes on signing, and both are stored, until {@link finishRotation}. Returns the
   * runtime id that waits. When it fails nothing has changed. The token must be one of the record's account.
   */
  async rotate(accessToken: string, options: TaskOptions = {}): Promise<string> {
    const completion = await this.#change({ tag: 'rotate', val: accessToken }, options, options.signal ?? never());
    if (completion.tag !== 'rotation-pending') throw internal('a rotation ended as something else');
    return completion.val;
  }

  /** Puts the new key in the place of the old one; with `false` drops it. */
  async finishRotation(accept: boolean, options: TaskOptions = {}): Promise<Agent> {
    return this.#changeToAgent({ tag: 'finish-rotation', val: accept }, options, options.signal ?? never());
  }

  /** Forgets the identity and its tasks, here and in storage. */
  async logout(options: TaskOptions = {}): Promise<void> {
    this.#take(undefined);
    await this.#change({ tag: 'logout' }, options, options.signal ?? never());
  }

  #share(what: string, options: TaskOptions, change: () => Promise<Agent>): Promise<Agent> {
    return this.#flights.join(what, options.signal ?? never(), change, () => undefined);
  }

  async #changeToAgent(change: Change, options: TaskOptions, signal: AbortSignal): Promise<Agent> {
    const completion = await this.#change(change, options, signal);
    if (completion.tag !== 'signed-in') throw internal('a login ended as something else');
    return this.#takeAgent(completion.val);
  }

  async #change(change: Change, options: TaskOptions, signal: AbortSignal): Promise<Completion> {
    const operation = this.#guest.agents.enrollment.begin(this[HANDLE], change, options.conversation);
    return drive(this.#guest, operation, this.#host, [this.#audience.tell, options.onEvent], signal);
  }

  /** The agent the component holds now, if it is still the one that a change ended with. */
  #takeAgent(agentRuntimeId: string): Agent {
    const handle = this.#guest.agents.enrollment.agent(this[HANDLE]);
    if (!handle) throw overtaken();
    const { authapiBase } = this.#options;
    const agent = new Agent({ guest: this.#guest, host: this.#host, authapiBase, behaviour: this.#options }, handle);
    if (agent.agentRuntimeId !== agentRuntimeId) {
      agent.dispose();
      throw overtaken();
    }
    if (this.#agent && isSame(this.#agent, agent)) {
      agent.dispose();
      return this.#agent;
    }
    this.#take(agent);
    return agent;
  }

  #take(agent: Agent | undefined): void {
    this.#agent?.dispose();
    this.#agent = agent;
  }
}

/**
 * Opens enrollments.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const { Enrollment } = await load();
 * const enrollment = Enrollment.open({
 *   authapiBase: 'https://auth.example/api/accounts',
 *   description: { source: 'exec', os: 'linux' },
 *   allowedWorkspaces: ['acct-1'],
 * });
 * console.log(enrollment.agent); // undefined
 * ```
 */
export class Enrollments {
  readonly #guest: Guest;
  readonly #host: Host;

  /** @internal */
  constructor(guest: Guest, host: Host) {
    this.#guest = guest;
    this.#host = host;
  }

  /** Errors: `base-url-unsupported`, `config-invalid`. */
  open(options: EnrollmentOptions): Enrollment {
    const config = {
      authapiBase: options.authapiBase,
      jwksUrl: options.jwksUrl ?? JWKS_URL,
      description: options.description ?? { source: 'unknown', os: 'web' },
      allowedWorkspaces: [...(options.allowedWorkspaces ?? [])],
      correctClock: options.correctClock ?? true,
      skewThresholdS: options.skewThresholdS,
    };
    return new Enrollment(this.#guest, this.#host, options, this.#guest.agents.enrollment.open(config));
  }
}

function isSame(one: Agent, other: Agent): boolean {
  const { agentRuntimeId, accountId, chatgptUserId } = other.identity;
  return one.agentRuntimeId === agentRuntimeId && one.identity.accountId === accountId && one.identity.chatgptUserId === chatgptUserId;
}

function overtaken() {
  return cancelled('another change of the login began meanwhile; what this one brought is not used');
}
