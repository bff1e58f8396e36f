/** How an agent comes by its tasks. */

import type { Handle } from '../engine/handle.js';
import { type Observer, type OperationOptions, type ProgressEvent, drive, never, tell } from '../drive.js';
import { AgentIdentityError, internal } from '../error.js';
import type { Audience } from '../events.js';
import { Flights } from '../flights.js';
import type { Completion, ExternalTaskRef, Identity } from '../generated/types.js';
import { sha256 } from '../sha256.js';
import type { Ground, TaskOptions } from './options.js';

/** The refused task that is replaced, if one is, and the task that is had. */
type Had = { readonly replaced: string | undefined; readonly taskId: string } | { readonly replaced: string | undefined; readonly error: unknown };

/** The tasks of one agent: known, stored or registered. @internal */
export class Tasks {
  readonly #ground: Ground;
  readonly #agent: Handle;
  readonly #identity: Identity;
  readonly #audience: Audience;
  readonly #flights = new Flights<Had>();

  constructor(ground: Ground, agent: Handle, identity: Identity, audience: Audience) {
    this.#ground = ground;
    this.#agent = agent;
    this.#identity = identity;
    this.#audience = audience;
  }

  /** The task that is known. */
  known(reference: string | undefined): string | undefined {
    return this.#ground.guest.agents.agent.task(this.#agent, reference);
  }

  /** A task, registered if need be. */
  async ensure(reference: string | undefined, options: TaskOptions): Promise<string> {
    return this.known(reference) ?? this.#have(reference, undefined, options);
  }

  /** A task that is known or stored. */
  async stored(reference: string | undefined, options: OperationOptions): Promise<string> {
    return this.known(reference) ?? this.#perform(reference, undefined, false, options, options.signal ?? never());
  }

  /** A task in the place of one that was refused. */
  async replace(reference: string | undefined, refused: string, options: TaskOptions): Promise<string> {
    return this.#have(reference, refused, options);
  }

  /** A task that is kept nowhere. */
  async register(reference: ExternalTaskRef | undefined, options: TaskOptions): Promise<string> {
    const operation = this.#ground.guest.agents.agent.beginRegisterTask(this.#agent, reference, options.conversation);
    return taskOf(await this.#drive(operation, options, options.signal ?? never()));
  }

  /** Callers of one reference share one flight, whatever the reason they have for it. */
  async #have(reference: string | undefined, refused: string | undefined, options: TaskOptions): Promise<string> {
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
        return { replaced: refused, taskId: await this.#perform(reference, refused, true, options, never()) };
      } catch (error) {
        return { replaced: refused, error };
      }
    };
    const waiting = () => tell(this.#observers(options), this.#waiting(reference, options.conversation));
    return this.#flights.join(reference, options.signal ?? never(), fly, waiting);
  }

  async #perform(reference: string | undefined, refused: string | undefined, canRegister: boolean, options: TaskOptions, signal: AbortSignal) {
    const { conversation } = options;
    const operation = this.#ground.guest.agents.agent.beginEnsureTask(this.#agent, { ref: reference, conversation, canRegister, refused });
    return taskOf(await this.#drive(operation, options, signal));
  }

  #drive(operation: Handle, options: OperationOptions, signal: AbortSignal): Promise<Completion> {
    return drive(this.#ground.guest, operation, this.#ground.host, this.#observers(options), signal);
  }

  #observers(options: OperationOptions): (Observer | undefined)[] {
    return [this.#audience.tell, options.onEvent];
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

function taskOf(completion: Completion): string {
  if (completion.tag !== 'task-registered') throw internal('a task registration ended as something else');
  return completion.val;
}
