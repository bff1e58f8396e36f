import type { Guest } from '../engine/engine.js';
import { Agent } from '../agent.js';
import { whole } from '../assertion.js';
import { type OperationOptions, drive, never } from '../drive.js';
import { AgentIdentityError, internal } from '../error.js';
import type { AgentDescription } from '../generated/types.js';
import type { Host } from '../host.js';
import { Key, VerifyingKey } from '../key.js';
import { handleOf } from '../resource.js';
import type { AgentBehaviour, AgentOptions } from './options.js';

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
