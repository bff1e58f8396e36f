/** Performs effects: the one place where an operation of the component meets the outside. */

import { type Guest, failureOf } from './engine/engine.js';
import type { Handle } from './engine/handle.js';
import { isBytes } from './engine/checks.js';
import type { Attestation, Completion, Effect, Event, EventKind, HttpRequest, Outcome, Result } from './generated/types.js';
import { type Host, HostError, type HostFailure } from './host.js';

export type { EventKind };

/** Something that an operation did or is about to do, for progress and logs. Holds no secret. */
export interface ProgressEvent {
  /** What happened. */
  readonly kind: EventKind;
  /** `agent` or `task`. */
  readonly subject: string;
  /** The caller's name for the conversation, if it gave one. */
  readonly conversation?: string | undefined;
  /** First 16 hex digits of SHA-256 over the cache key of the task. */
  readonly keyDigest: string;
  /** Attempt, counted from 1. */
  readonly attempt: number;
  /** Delay before the next attempt, milliseconds. */
  readonly delayMs?: number | undefined;
  /** Error code. */
  readonly code?: string | undefined;
}

/** Is told what operations do. Whatever it throws changes nothing. */
export type Observer = (event: ProgressEvent) => void;

/** What a caller may say about an operation. */
export interface OperationOptions {
  /** Stops the operation: it is dropped, and its promise rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Is told about progress, beside the observer of the whole object. */
  readonly onEvent?: Observer | undefined;
}

/**
 * Runs an operation to its end. Any number may run at once on one instance: the component is only entered for each step, never while an
 * effect is performed.
 */
export async function drive(guest: Guest, operation: Handle, host: Host, observers: (Observer | undefined)[], signal: AbortSignal): Promise<Completion> {
  let outcome: Outcome | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = guest.operations.operation.resume(operation, outcome);
      wipe(outcome);
      for (const event of step.events) tell(observers, progressOf(event));
      if (step.progress.tag === 'err') throw failureOf(guest, step.progress.val);
      const { tag, val } = step.progress.val;
      if (tag === 'done') return val;
      outcome = await unlessAborted(perform(val, host, signal), signal);
    }
  } finally {
    wipe(outcome);
    operation.drop();
  }
}

/** Tells each observer; what they throw changes nothing (metadata specification 15-1). */
export function tell(observers: (Observer | undefined)[], event: ProgressEvent): void {
  for (const observer of observers) {
    try {
      observer?.(event);
    } catch {
      // An observer cannot fail a request.
    }
  }
}

/** A signal for a caller that gives none: one of its own, since Node takes many listeners of one signal for a leak. @internal */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** The outcome of some work, or the reason of the signal as soon as it is aborted. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function progressOf({ delayMs, ...event }: Event): ProgressEvent {
  return { ...event, delayMs: delayMs === undefined ? undefined : Number(delayMs) };
}

async function perform(effect: Effect, host: Host, signal: AbortSignal): Promise<Outcome> {
  switch (effect.tag) {
    case 'http':
      return { tag: 'http', val: await outcomeOf(() => send(effect.val, host, signal), ['timeout', 'connect', 'cancelled'], 'failed') };
    case 'load':
      return { tag: 'load', val: await outcomeOf(() => host.storage.load(effect.val, signal), ['cancelled'], 'unreadable') };
    case 'store': {
      const { name, revision, document } = effect.val;
      const stored = () => host.storage.replace(name, revision, document, signal).then(nothing).finally(() => document.fill(0));
      return { tag: 'store', val: await outcomeOf(stored, ['conflict', 'cancelled'], 'unwritable') };
    }
    case 'erase':
      return { tag: 'erase', val: await outcomeOf(() => host.storage.erase(effect.val, signal).then(nothing), ['conflict', 'cancelled'], 'unwritable') };
    case 'sign':
      return { tag: 'sign', val: await asked(host.custodian?.sign, host, effect.val.keyId, effect.val.text, signal) };
    case 'unseal':
      return { tag: 'unseal', val: await asked(host.custodian?.unseal, host, effect.val.keyId, effect.val.sealed, signal) };
    case 'attest':
      return { tag: 'attest', val: await attest(host, effect.val, signal) };
    case 'sleep':
      await host.sleep(Number(effect.val), signal);
      return { tag: 'slept' };
  }
}

const nothing = (): undefined => undefined;

/** A value or why there is none, as one of the failures that this effect can have. */
async function outcomeOf<T, E extends HostFailure>(work: () => Promise<T>, failures: readonly E[], otherwise: E | HostFailure): Promise<Result<T, any>> {
  try {
    return { tag: 'ok', val: (await work()) as T };
  } catch (error) {
    const known = error instanceof HostError && failures.includes(error.failure as E);
    return { tag: 'err', val: known ? error.failure : otherwise };
  }
}

async function send(request: HttpRequest, host: Host, signal: AbortSignal) {
  try {
    return await host.http.send(request, signal);
  } finally {
    // It may hold a secret, and it has left.
    request.body.fill(0);
  }
}

type Ask = (keyId: string, bytes: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;

async function asked(ask: Ask | undefined, host: Host, keyId: string, bytes: Uint8Array, signal: AbortSignal): Promise<Result<Uint8Array, any>> {
  if (!ask) return { tag: 'err', val: 'unsupported' };
  return outcomeOf(() => ask.call(host.custodian, keyId, bytes, signal), ['unsupported', 'cancelled'], 'failed');
}

/** Asks within the budget, then withdraws the question. That there is nobody to ask is a failure to it. */
async function attest(host: Host, budgetMs: number, signal: AbortSignal): Promise<Attestation> {
  if (!host.attestor) return { tag: 'failed' };
  const withdrawn = new AbortController();
  const either = AbortSignal.any ? AbortSignal.any([signal, withdrawn.signal]) : withdrawn.signal;
  const timeout = host.sleep(budgetMs, either).then((): Attestation => ({ tag: 'timeout' }));
  const answer = host.attestor.attest(either).then(
    (token): Attestation => (typeof token === 'string' && token ? { tag: 'token', val: token } : { tag: 'malformed' }),
    (error): Attestation => {
      const failure = error instanceof HostError ? error.failure : 'failed';
      return { tag: failure === 'cancelled' || failure === 'malformed' || failure === 'timeout' ? failure : 'failed' };
    },
  );
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    timeout.catch(() => undefined);
    withdrawn.abort();
  }
}

/** Overwrites what an outcome carried once the component has its copy (K15). */
function wipe(outcome: Outcome | undefined): void {
  const carried = (outcome?.val as Result<any, unknown> | undefined)?.val;
  for (const bytes of [carried, carried?.document, carried?.body]) if (isBytes(bytes)) bytes.fill(0);
}
