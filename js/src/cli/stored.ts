/** What is stored about the identity, read without network and without changing anything. */

import { join } from 'node:path';
import type { Component } from '../component.js';
import type { Identity, PublicForms } from '../generated/types.js';
import { Key } from '../key.js';
import { type Home, TASKS, isObject, parsed } from './home.js';

/** The member `agent_identity` (§8.2). */
export type StoredIdentity =
  | { readonly tag: 'none' }
  /** An identity JWT. Nothing in it counts before it is verified (J4). */
  | { readonly tag: 'jwt' }
  /** A record, with the public half of its key, or what is wrong with that. */
  | { readonly tag: 'record'; readonly identity: Identity; readonly public: PublicForms | { readonly error: unknown } };

/** What is known about a run task. */
export type RunTask =
  | { readonly tag: 'none' }
  | { readonly tag: 'known'; readonly taskId: string }
  /** It belongs to another backend (§8.4). */
  | { readonly tag: 'elsewhere'; readonly authapiBase: string };

/** One entry of the task store, as far as people are told about it. */
interface StoredTask {
  readonly agent_runtime_id: string;
  readonly authapi_base: string;
  readonly task_id: string;
  readonly external_task_ref?: string | null;
}

/** The stored login and its tasks. */
export class Stored {
  private constructor(
    readonly identity: StoredIdentity,
    /** The identity that waits for the end of a rotation. */
    readonly next: Identity | undefined,
    /** The stored tasks, or why they count as none (L2). */
    readonly tasks: readonly StoredTask[] | string,
  ) {}

  /** Errors: `store-read-failed`, `record-invalid`, `auth-material-missing`. */
  static async read(home: Home, component: Component): Promise<Stored> {
    const document = await home.record();
    const tasks = await storedTasks(home);
    if (!document) return new Stored({ tag: 'none' }, undefined, tasks);
    try {
      return new Stored(storedIdentity(component, document), nextOf(component, document), tasks);
    } finally {
      document.fill(0);
    }
  }

  /** The run task of an agent at a backend. The record wins (L5), unless its task is known to belong to another backend. */
  runTask(agentRuntimeId: string, authapiBase: string): RunTask {
    const tasks = typeof this.tasks === 'string' ? [] : this.tasks;
    const isRunTask = (task: StoredTask) => task.agent_runtime_id === agentRuntimeId && (task.external_task_ref ?? null) === null;
    const entry = tasks.filter(isRunTask).at(-1);
    const record = this.identity.tag === 'record' ? this.identity.identity : undefined;
    const taskId = record?.agentRuntimeId === agentRuntimeId ? record.taskId : undefined;
    if (taskId !== undefined && entry && entry.task_id !== taskId) return { tag: 'known', taskId };
    if (entry && entry.authapi_base !== authapiBase) return { tag: 'elsewhere', authapiBase: entry.authapi_base };
    const known = taskId ?? entry?.task_id;
    return known === undefined ? { tag: 'none' } : { tag: 'known', taskId: known };
  }
}

/** The identity inside a record's document; nothing when the document holds none. */
export function identityOf(component: Component, record: Uint8Array): Identity | undefined {
  // The account is only used to decide about a bootstrap, which is not what is asked here.
  return component.guest.logins.readRecord(record, '', '').identity;
}

/** Whether a document's identity is a JWT. */
export function isJwt(document: Uint8Array): boolean {
  return typeof membersOf(document)['agent_identity'] === 'string';
}

function storedIdentity(component: Component, document: Uint8Array): StoredIdentity {
  const identity = identityOf(component, document);
  if (!identity) return { tag: isJwt(document) ? 'jwt' : 'none' };
  return { tag: 'record', identity, public: publicHalf(component, document) };
}

function publicHalf(component: Component, document: Uint8Array): PublicForms | { error: unknown } {
  try {
    const key = new Key(component.guest, component.guest.logins.recordKey(document));
    try {
      return key.public();
    } finally {
      key.dispose();
    }
  } catch (error) {
    return { error };
  }
}

function nextOf(component: Component, document: Uint8Array): Identity | undefined {
  const next = membersOf(document)['agent_identity_next'];
  if (next === undefined) return undefined;
  const record = new TextEncoder().encode(JSON.stringify({ agent_identity: next }));
  try {
    return identityOf(component, record);
  } finally {
    record.fill(0);
  }
}

/** None of a document that is no JSON object; the component says what is wrong with it. */
function membersOf(document: Uint8Array): Record<string, unknown> {
  const members = parsed(document);
  return isObject(members) ? members : {};
}

async function storedTasks(home: Home): Promise<StoredTask[] | string> {
  let found;
  try {
    found = await (await home.storage()).load(TASKS);
  } catch (error) {
    return (error as Error).message;
  }
  if (!found) return [];
  const store = parsed(found.document);
  const tasks = isObject(store) && store['version'] === 1 ? store['tasks'] : undefined;
  if (Array.isArray(tasks) && tasks.every(isTask)) return tasks;
  return `${join(home.path, TASKS)} is not a task store of version 1`;
}

function isTask(value: unknown): value is StoredTask {
  if (!isObject(value)) return false;
  const reference = value['external_task_ref'] ?? null;
  const texts = ['agent_runtime_id', 'authapi_base', 'task_id'].every((name) => typeof value[name] === 'string');
  return texts && (reference === null || typeof reference === 'string');
}
