/** Progress as it is read with `for await`. */

import type { Case } from './case.js';
import type { Library } from './environment.js';
import { equal, that } from './expect.js';

export function events({ package: { load, progress } }: Library): Case[] {
  return [
    {
      name: 'events: an operation is watched to its end, and an agent until it is disposed of',
      run: async () => {
        const component = await load();
        const http = { send: async () => ({ status: 200, headers: [], body: new TextEncoder().encode('{"task_id":"task-1"}'), truncated: false }) };
        const key = component.Key.generate();
        const agent = component.with({ http }).Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example' });
        const all = agent.events();
        const registering = progress((options) => agent.ensureTask(undefined, options));
        const kinds: string[] = [];
        for await (const { kind } of registering) kinds.push(kind);
        equal(await registering.result, 'task-1');
        that(kinds.includes('registering') && kinds.includes('registered'), kinds.join());
        agent.dispose();
        const told: string[] = [];
        for await (const { kind } of all) told.push(kind);
        equal(told, kinds);
        key.dispose();
      },
    },
    {
      name: 'events: an aborted signal ends the reading with its reason',
      run: async () => {
        const component = await load();
        const key = component.Key.generate();
        const agent = component.Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example' });
        const stop = new AbortController();
        const reading = agent.events({ signal: stop.signal }).next();
        stop.abort(new Error('seen enough'));
        equal(await reading.then(String, String), 'Error: seen enough');
        agent.dispose();
        key.dispose();
      },
    },
  ];
}
