/** Checks that need nothing but this machine. */

import { Failure } from '../failure.js';
import { baseUrls } from '../backend.js';
import type { Context } from '../context.js';
import { Enrolled, importPending } from '../enrolled.js';
import { PENDING_KEY, RECORD, SETTINGS, TASKS, isObject, parsed } from '../home.js';
import { type RunTask, Stored } from '../stored.js';
import { type Check, failed, fail, ok, warn } from './check.js';

/** The component loads, and which one it is. */
export async function componentCheck(context: Context): Promise<Check> {
  const started = performance.now();
  try {
    const { version } = await context.component();
    const ms = Math.floor(performance.now() - started);
    return ok('component', `portable build, sha256 ${version.componentSha256}, loaded in ${ms} ms`);
  } catch (error) {
    return failed('component', error);
  }
}

/** The home folder and its documents: whose they are, and who else can read them. */
export async function homeChecks({ home }: Context): Promise<Check[]> {
  const checks: Check[] = [];
  const present: string[] = [];
  for (const name of [SETTINGS, PENDING_KEY, RECORD, TASKS]) {
    try {
      const { problem, exists, path } = await home.files.inspect(name);
      if (problem !== undefined) checks.push(fail('storage', `${path}: ${problem}`, 'do that, then repeat'));
      else if (exists) present.push(name);
    } catch (error) {
      checks.push(failed('storage', error));
    }
  }
  const kept = await home.storage().then(
    (storage) => (storage === home.files ? [] : [ok('storage', 'the identity is kept in the memory of this process (memory)')]),
    (error: unknown) => [failed('storage', error)],
  );
  const { directoryMode: mode } = await home.files.inspect(RECORD).catch(() => ({ directoryMode: undefined }));
  return [...checks, ...kept, await folderCheck(home.path, await home.exists(), mode, present)];
}

async function folderCheck(path: string, exists: boolean, mode: number | undefined, present: string[]): Promise<Check> {
  if (!exists) return warn('storage', `${path} does not exist yet`, 'make it: agent-identity init');
  if (mode !== undefined && mode & 0o077) {
    const shown = mode.toString(8).padStart(4, '0');
    return warn('storage', `${path} has mode ${shown}: others can look into it`, `run: chmod 700 ${path}`);
  }
  return ok('storage', `files in ${path}: ${present.join(', ') || 'none'}`);
}

/** The key parses and belongs to an identity; what waits; the run task is there. */
export async function identityChecks(context: Context): Promise<Check[]> {
  const { home } = context;
  const isPending = await home.has(PENDING_KEY).catch(() => false);
  try {
    const component = await context.component();
    const stored = await Stored.read(home, component);
    const { authapiBase } = await baseUrls(context, component);
    const { identity } = stored;
    if (identity.tag === 'none') {
      return [isPending ? await pendingKey(context) : warn('key', 'there is none', 'make one: agent-identity init; or agent-identity login')];
    }
    const { check, agentRuntimeId } = identity.tag === 'jwt' ? await verified(context) : ofRecord(identity);
    const checks = [check];
    if (isPending) checks.push(warn('key', 'another key waits for its registration', 'register it: agent-identity register'));
    return [...checks, ...rotation(stored), ...taskStore(stored), runTask(stored.runTask(agentRuntimeId, authapiBase))];
  } catch (error) {
    return [failed('key', error)];
  }
}

function ofRecord({ identity, public: half }: Extract<Stored['identity'], { tag: 'record' }>): { check: Check; agentRuntimeId: string } {
  if ('error' in half) throw half.error;
  const { agentRuntimeId, accountId } = identity;
  return { check: ok('key', `${agentRuntimeId} of account ${accountId}, thumbprint ${half.thumbprint}`), agentRuntimeId };
}

async function verified(context: Context): Promise<{ check: Check; agentRuntimeId: string }> {
  const { agentRuntimeId, accountId } = (await Enrolled.open(context)).agent.identity;
  return { check: ok('key', `${agentRuntimeId} of account ${accountId ?? ''}, from a JWT that the key set vouches for`), agentRuntimeId };
}

function rotation({ next }: Stored): Check[] {
  if (!next) return [];
  const finding = `a rotation is under way: ${next.agentRuntimeId} waits, and the old key signs until it is in place`;
  return [warn('rotation', finding, 'finish it: agent-identity rotate; or drop the new key: agent-identity rotate --abort')];
}

function taskStore({ tasks }: Stored): Check[] {
  if (typeof tasks !== 'string') return [];
  const next = 'nothing is lost: tasks are registered again when they are needed, and the store is written anew';
  return [warn('task', `the task store counts as empty: ${tasks}`, next)];
}

function runTask(task: RunTask): Check {
  if (task.tag === 'known') return ok('task', `the run task is ${task.taskId}`);
  if (task.tag === 'none') return warn('task', 'no run task is registered', 'register it: agent-identity task');
  const next = 'register one here: agent-identity task; or name the other backend: --authapi-base URL';
  return warn('task', `the run task belongs to another backend, ${task.authapiBase}, and is not used here`, next);
}

async function pendingKey(context: Context): Promise<Check> {
  const { home } = context;
  const found = await (await home.storage()).load(PENDING_KEY);
  const pending = found && parsed(found.document);
  found?.document.fill(0);
  const text = isObject(pending) && pending['version'] === 1 ? pending['agent_private_key'] : undefined;
  if (typeof text !== 'string') {
    throw Failure.config(`${home.files.path(PENDING_KEY)} does not hold a key`, 'make a new key: agent-identity init --force');
  }
  const key = importPending(await context.component(), text);
  const { thumbprint } = key.public();
  key.dispose();
  const next = 'register it: agent-identity register --token-file FILE --account ID --user ID';
  return warn('key', `${thumbprint} is not registered yet`, next);
}
