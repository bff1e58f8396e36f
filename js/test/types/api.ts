/** What the declarations say, held against what is meant. Never run. */

import type { Agent, AgentOptions, Component, Custodian, EventKind, Host, HttpResponse, Key, LoadedDocument, Progress, ProgressEvent, Storage, types } from 'agent-identity';
import { AgentIdentityError, HostError, dispose, hasCode, load, progress } from 'agent-identity';
import { load as loadCore } from 'agent-identity/core';
import { FetchHttp } from 'agent-identity/hosts/fetch';
import { FileStorage } from 'agent-identity/hosts/files';
import { IndexedDbStorage, indexedDbOrMemory } from 'agent-identity/hosts/indexed-db';
import { StorageLadder } from 'agent-identity/hosts/ladder';
import { MemoryStorage } from 'agent-identity/hosts/memory';
import { NodeCryptoCustodian } from 'agent-identity/hosts/node-crypto';
import { SafeStorage } from 'agent-identity/hosts/safe-storage';
import { WebCryptoCustodian } from 'agent-identity/hosts/web-crypto';
import { load as loadInline } from 'agent-identity/inline';

/** Whether two types are the same, neither being `any`. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

// Every entry loads the same thing.
same<Awaited<ReturnType<typeof load>>, Component>(true);
same<typeof loadCore, typeof load>(true);
same<typeof loadInline, typeof load>(true);

const component = await load();
await load('https://example.org/guest.wasm');
await load(new URL('file:///guest.wasm'));
await load(new Uint8Array());
// @ts-expect-error: a source is a URL, bytes, a response or a module
await load(1);

// Hosts fit the seams.
component.with({ storage: new MemoryStorage() });
component.with({ storage: new FileStorage('/home') });
component.with({ storage: new IndexedDbStorage({ name: 'mine' }) });
component.with({ http: new FetchHttp(), custodian: new NodeCryptoCustodian() });
component.with({ custodian: new WebCryptoCustodian() });
component.with({});
// @ts-expect-error: there is no such part
component.with({ network: new FetchHttp() });
// @ts-expect-error: a storage is no custodian
component.with({ custodian: new MemoryStorage() });
same<Awaited<ReturnType<typeof indexedDbOrMemory>>['storage'], Storage>(true);
new StorageLadder([{ name: 'memory', open: () => new MemoryStorage() }]) satisfies StorageLadder;
// @ts-expect-error: safeStorage must be given
new SafeStorage({ directory: '/home' });

// Of a host one can bring all parts.
({
  http: { send: async (): Promise<HttpResponse> => ({ status: 200, headers: [['date', '']], body: new Uint8Array(), truncated: false }) },
  storage: { load: async (): Promise<LoadedDocument | undefined> => undefined, replace: async () => undefined, erase: async () => undefined },
  clock: { now: () => 0n, monotonic: () => 0 },
  random: { fill: (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>) },
  sleep: async () => undefined,
}) satisfies Host;
({ sign: async () => new Uint8Array(64) }) satisfies Custodian;
// @ts-expect-error: a signature is bytes
({ sign: async () => 'text' }) satisfies Custodian;

// Keys, and what is made of them.
const key = component.Key.generate();
same<typeof key, Key>(true);
key.public().raw satisfies Uint8Array;
key.public().ssh satisfies string;
component.Key.import('pkcs8-pem', new Uint8Array());
// @ts-expect-error: a form is one of those that are named
component.Key.import('pem', new Uint8Array());
// @ts-expect-error: texts are given as UTF-8
component.Key.import('pkcs8-pem', '-----BEGIN PRIVATE KEY-----');
component.Assertion.authorize(key, 'agent-123', 'task-123') satisfies string;
// @ts-expect-error: a key is no text
component.Assertion.authorize('key', 'agent-123', 'task-123');
// @ts-expect-error: a verifying key does not sign
component.Assertion.authorize(component.VerifyingKey.import('raw', new Uint8Array(32)), 'agent-123', 'task-123');

// An agent is opened from all it needs.
const options = { agentRuntimeId: 'agent-123', key, authapiBase: 'https://auth.example' } satisfies AgentOptions;
const agent = component.Agent.open(options);
same<typeof agent, Agent>(true);
same<typeof agent.fetch, typeof fetch>(true);
agent.authorize('thread', { signal: AbortSignal.timeout(1) }) satisfies Promise<[string, string][]>;
agent.ensureTask(undefined, { onEvent: ({ kind, delayMs }: ProgressEvent) => void [kind satisfies EventKind, delayMs satisfies number | undefined] });
for await (const event of agent.events({ signal: AbortSignal.timeout(1) })) same<typeof event, ProgressEvent>(true);
const registering = progress((options) => agent.ensureTask(undefined, options));
same<typeof registering, Progress<string>>(true);
for await (const { attempt } of registering) attempt satisfies number;
// @ts-expect-error: what is started is an operation
progress(() => 'task-123');
// @ts-expect-error: the key is missing
component.Agent.open({ agentRuntimeId: 'agent-123', authapiBase: 'https://auth.example' });
// @ts-expect-error: numbers are not coerced
component.Agent.open({ ...options, clockOffsetMs: '0' });
// @ts-expect-error: and neither is `null`
component.Agent.open({ ...options, accountId: null });

// What lives in the component is disposed of.
{
  using held = component.Key.generate();
  held.public();
}
key[dispose]();
key.dispose() satisfies void;

// Verification.
const accepted = component.Verifier.verifyAssertion('', undefined, { task: 'unchecked' }, { maxAgeS: 300, aheadS: 10 });
accepted.replayKey satisfies Uint8Array;
accepted.timestampS satisfies number;
component.ReplayWindow.open({ mode: { tag: 'cap', val: 3 } });
component.ReplayWindow.open({ mode: { tag: 'strict' } });
// @ts-expect-error: a cap says how often
component.ReplayWindow.open({ mode: { tag: 'cap' } });

// Metadata: 64-bit integers are bigints.
same<types.Window['number'], bigint>(true);
same<types.Advice, 'never' | 'after-register' | 'back-off' | 'fix-clock' | 'fix-config'>(true);

// Errors narrow.
const error: unknown = new AgentIdentityError('config-invalid', 'fix-config', 'text', { status: 400 });
if (hasCode(error, 'config-invalid')) {
  error.advice satisfies types.Advice;
  error.status satisfies number | undefined;
}
new HostError('timeout', 'text').failure satisfies string;
// @ts-expect-error: a failure is one of those that are named
new HostError('late', 'text');
// @ts-expect-error: what is internal is not declared
component.guest;
