/** What an agent is made of, and what is told to it and by it. */

import type { Guest } from '../engine/engine.js';
import type { Observer, OperationOptions } from '../drive.js';
import type { Host } from '../host.js';
import type { Key } from '../key.js';

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
