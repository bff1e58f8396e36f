/** Every failure is an error with a code, from whichever entry point it comes. */

import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { equal, refused, that, thrown } from '../expect.js';

const BASE = 'http://127.0.0.1:9/api/accounts';

export function errorHazards({ package: { AgentIdentityError, HostError, dispose, load }, guest }: Library): Case[] {
  return [
    {
      name: 'errors: functions, constructors, methods and operations throw alike',
      run: async () => {
        const component = await load();
        const { Agent, Assertion, Enrollment, Key, ReplayWindow, Reveal, metadata } = component;
        const key = Key.generate();
        const http = { send: async () => ({ status: 400, headers: [], body: new Uint8Array(), truncated: false }) };
        const agent = component.with({ http }).Agent.open({ agentRuntimeId: 'agent', key, authapiBase: BASE });
        const custodial = Key.custodial({ publicKey: key.public().raw, keyId: 'one' });
        await refused('runtime-id-invalid', () => Assertion.authorize(key, '', 'task'));
        await refused('key-malformed', () => Key.import('seed', new Uint8Array(31)));
        await refused('config-invalid', () => ReplayWindow.open({ capacity: 0 }));
        await refused('base-url-unsupported', () => Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'ftp://x' }));
        await refused('base-url-unsupported', () => Enrollment.open({ authapiBase: 'ftp://x' }));
        await refused('auth-material-missing', () => Reveal.privateKey(custodial, 'pkcs8-base64'));
        await refused('run-task-missing', () => agent.authorize());
        await refused('run-task-missing', () => agent.ticket());
        await refused('task-register-rejected', () => agent.ensureTask());
        await refused('invalid-thread-id', () => metadata.knownThreads().reserve('no uuid'));
        for (const one of [agent, custodial, key]) one.dispose();
      },
    },
    {
      name: 'errors: every one has a code of the catalogue, and is an Error of this package',
      run: async () => {
        const component = await load();
        const codes = component.catalogue().map(({ code }) => code);
        that(codes.length > 50, `only ${codes.length} codes`);
        const error = await refused('task-id-invalid', () => component.Assertion.prepareAt('agent', '', '2026-04-23T00:00:00Z'));
        that(error instanceof AgentIdentityError && error instanceof Error, 'of another class');
        that(codes.includes(error.code), 'a code that nobody knows');
        equal(error.name, 'AgentIdentityError');
        that(typeof error.stack === 'string', 'no stack');
      },
    },
    {
      name: 'errors: what is used after its end is refused, a second end does nothing',
      run: async () => {
        const { Assertion, Key, ReplayWindow } = await load();
        const [key, replays] = [Key.generate(), ReplayWindow.open()];
        for (const one of [key, replays]) {
          one.dispose();
          one.dispose();
        }
        await refused('disposed', () => key.public());
        await refused('disposed', () => Assertion.authorize(key, 'agent', 'task'));
        await refused('disposed', () => replays.size);
      },
    },
    {
      name: 'errors: `using` disposes, where the runtime has its symbol and where it has not',
      run: async () => {
        const { Key } = await load();
        const key = Key.generate();
        const end: typeof Symbol.dispose = dispose as never;
        that(typeof key[end] === 'function', 'no method for `using`');
        equal(end, Symbol.dispose ?? end);
        key[end]();
        await refused('disposed', () => key.public());
      },
    },
    {
      name: 'errors: objects of another instance, and of no instance, are refused',
      run: async () => {
        const [one, other] = [await load(), await load(await guest())];
        that(one !== other, 'two modules gave one instance');
        const key = other.Key.generate();
        await refused('argument-invalid', () => one.Assertion.authorize(key, 'agent', 'task'));
        await refused('argument-invalid', () => one.Assertion.authorize({} as never, 'agent', 'task'));
        await refused('argument-invalid', () => one.Assertion.authorize(undefined as never, 'agent', 'task'));
        await refused('argument-invalid', () => one.Assertion.authorize(one.ReplayWindow.open() as never, 'agent', 'task'));
        key.dispose();
      },
    },
    {
      name: 'errors: clocks and random sources that fail spoil one call and nothing else',
      run: async () => {
        const component = await load();
        const broken = () => {
          throw new Error('no randomness');
        };
        await refused('random-failed', () => component.with({ random: { fill: broken } }).Key.generate());
        const key = component.Key.generate();
        const late = { now: () => Number.MAX_SAFE_INTEGER, monotonic: () => 0 };
        await refused('clock-out-of-range', () => component.with({ clock: late }).Assertion.authorize(key, 'agent', 'task'));
        that(component.isSound, 'the instance is spoilt');
        that(component.Assertion.authorize(key, 'agent', 'task').startsWith('AgentAssertion '), 'no header');
        key.dispose();
      },
    },
    {
      name: 'errors: what hosts reject with becomes an outcome, and is never thrown as it is',
      run: async () => {
        const component = await load();
        const key = component.Key.generate();
        const failures = [new HostError('timeout', 'late'), new Error('anything'), 'a text', undefined];
        for (const failure of failures) {
          const send = () => Promise.reject(failure);
          const sleep = async () => undefined;
          const agent = component.with({ http: { send }, sleep }).Agent.open({ agentRuntimeId: 'agent', key, authapiBase: BASE });
          await refused('task-register-unavailable', () => agent.registerTask());
          agent.dispose();
        }
        key.dispose();
      },
    },
    {
      name: 'errors: a signal that is aborted rejects with its own reason, before and during an operation',
      run: async () => {
        const component = await load();
        const key = component.Key.generate();
        const never = () => new Promise<never>(() => undefined);
        const agent = component.with({ http: { send: never } }).Agent.open({ agentRuntimeId: 'agent', key, authapiBase: BASE });
        const reason = new Error('enough');
        equal(await thrown(() => agent.ensureTask(undefined, { signal: AbortSignal.abort(reason) })), reason);
        const stop = new AbortController();
        const ensuring = thrown(() => agent.ensureTask(undefined, { signal: stop.signal }));
        stop.abort(reason);
        equal(await ensuring, reason);
        agent.dispose();
        key.dispose();
      },
    },
  ];
}
