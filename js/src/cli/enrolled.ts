/** A registered identity, opened from the home folder. */

import type { Agent } from '../agent.js';
import type { Component } from '../component.js';
import type { Enrollment } from '../enrollment.js';
import { AgentIdentityError, hasCode } from '../error.js';
import { Key } from '../key.js';
import { baseUrls } from './backend.js';
import type { Context } from './context.js';
import { Failure } from './failure.js';
import { type Home, PENDING_KEY } from './home.js';
import { progress } from './progress.js';
import { identityOf, isJwt } from './stored.js';

const MISSING = 'run-task-missing';

/** An identity that is registered, with its key. */
export class Enrolled {
  private constructor(
    readonly agent: Agent,
    private readonly enrollment: Enrollment,
    /** What the record says about the run task. */
    private readonly runTask: string | undefined,
  ) {}

  /** Opens the identity of the home folder; a JWT is verified first. Errors: `auth-material-missing` when there is none. */
  static async open(context: Context): Promise<Enrolled> {
    const { home } = context;
    const document = await home.record();
    if (!document) throw await notRegistered(home);
    const component = (await context.component()).with({ storage: await home.storage() });
    const { authapiBase, jwksUrl } = await baseUrls(context, component);
    const onEvent = progress(context.output);
    const enrollment = component.Enrollment.open({ authapiBase, jwksUrl, onEvent });
    try {
      const identity = identityOf(component, document);
      if (!identity && isJwt(document)) return new Enrolled(await enrollment.load(), enrollment, undefined);
      if (!identity) throw await notRegistered(home);
      const key = new Key(component.guest, component.guest.logins.recordKey(document));
      // Without the run task of the record: whether it may be used is asked when it is needed.
      const { taskId, agentRuntimeId, accountId, chatgptUserId, fedramp } = identity;
      const agent = component.Agent.open({ agentRuntimeId, key, authapiBase, accountId, chatgptUserId, fedramp, onEvent });
      key.dispose();
      return new Enrolled(agent, enrollment, taskId);
    } finally {
      document.fill(0);
    }
  }

  /** The registered task of a normalised reference for this account, backend and key; the agent knows it then. Errors: `run-task-missing`. */
  async task(reference: string | undefined): Promise<string> {
    const known = await this.#knownTask(reference);
    if (known !== undefined) return known;
    const which = reference === undefined ? 'the run task' : 'this reference';
    const same = reference === undefined ? '' : ' with the same --kind and --value';
    const missing = new AgentIdentityError(MISSING, 'after-register', `no task is registered for ${which} here`);
    throw Failure.of(missing, `register it: agent-identity task${same}`);
  }

  async #knownTask(reference: string | undefined): Promise<string | undefined> {
    const stored = await this.agent.storedTask(reference).catch((error: unknown) => {
      if (!hasCode(error, MISSING)) throw error;
      return undefined;
    });
    if (reference !== undefined || this.runTask === undefined || this.runTask === stored) return stored;
    // The record wins (L5), unless its task belongs to another backend (§8.4).
    const taskId = (await this.enrollment.load()).task();
    if (taskId === undefined) return stored;
    this.agent.adoptTask(undefined, taskId);
    return taskId;
  }
}

/** The key that waits for its registration, if it is the component that reads it. */
export function importPending(component: Component, text: string): Key {
  const data = new TextEncoder().encode(text);
  try {
    return component.Key.import('pkcs8-base64', data);
  } finally {
    data.fill(0);
  }
}

/** Why nothing can be signed, and what to do about it. */
async function notRegistered(home: Home): Promise<Failure> {
  const error = (what: string) => new AgentIdentityError('auth-material-missing', 'fix-config', `${home.path} ${what}`);
  if (await home.has(PENDING_KEY).catch(() => false)) {
    const next = 'register it: agent-identity register --token-file FILE --account ID --user ID';
    return Failure.of(error('holds a key that is not registered yet'), next);
  }
  const next = 'make one: agent-identity init, then agent-identity register; or in one step: agent-identity login';
  return Failure.of(error('holds no identity'), next);
}
