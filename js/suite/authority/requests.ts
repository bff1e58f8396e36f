/** Registering, signing and recovering against the real authority, with everything in order but what a case says. */

import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { equal, refused, that, thrown } from '../expect.js';
import { type Backend, POST, registered, verified } from './backend.js';

export function requests(library: Library, backend: Backend): Case[] {
  return [
    {
      name: 'authority: an agent registers, has a task and signs a request that is verified',
      run: async () => {
        const { agent, accountId, end } = await registered(library, backend);
        const facts = await verified(await agent.fetch(backend.responses, POST));
        equal(facts['agent_runtime_id'], agent.agentRuntimeId);
        equal(facts['task_id'], agent.task());
        equal(facts['account_id'] ?? accountId, accountId);
        end();
      },
    },
    {
      name: 'authority: sealed and plain task ids open alike',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        // The authority of the runners answers them in turns.
        const tasks: string[] = [];
        for (const value of ['1', '2', '3', '4']) tasks.push(await agent.registerTask({ kind: 'thread', value: `0000000${value}-0000-4000-8000-000000000000` }));
        equal((await backend.tasksOf(agent.agentRuntimeId)).map((one) => one.task_id).sort(), tasks.sort());
        end();
      },
    },
    {
      name: 'authority: a task that ended is replaced, and the request repeated once (D1)',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        const task = await agent.ensureTask();
        await backend.endTask(task);
        const facts = await verified(await agent.fetch(backend.responses, POST));
        that(facts['task_id'] !== task, 'signed for the task that ended');
        end();
      },
    },
    {
      name: 'authority: a revoked agent is refused, and nothing is repeated',
      run: async () => {
        const { agent, events, end } = await registered(library, backend);
        await agent.ensureTask();
        await backend.revoke(agent.agentRuntimeId);
        events.length = 0;
        const answer = await agent.fetch(backend.responses, POST);
        equal(answer.status, 401);
        that((await answer.text()).includes('code'), 'the refusal cannot be read any more');
        equal(events.map(({ kind }) => kind), []);
        end();
      },
    },
    {
      name: 'authority: 30 requests at once share one task',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        const all = await Promise.all(Array.from({ length: 30 }, async () => verified(await agent.fetch(backend.responses, POST))));
        equal(new Set(all.map((facts) => facts['task_id'])).size, 1);
        equal((await backend.tasksOf(agent.agentRuntimeId)).length, 1);
        end();
      },
    },
    {
      name: 'authority: bodies that can be read once are sent once, others again',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        await backend.endTask(await agent.ensureTask());
        const request = new Request(backend.responses, POST);
        await verified(await agent.fetch(request));
        const bytes = new TextEncoder().encode(POST.body);
        await backend.endTask(await agent.ensureTask());
        await verified(await agent.fetch(backend.responses, { ...POST, body: bytes }));
        end();
      },
    },
    {
      name: 'authority: only the origins named are signed for',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        const seen: (string | null)[] = [];
        const fetch: typeof globalThis.fetch = async (_, init) => {
          seen.push(new Headers(init?.headers).get('authorization'));
          return new Response();
        };
        const signing = agent.fetchFor({ origins: ['https://signed.example'], fetch });
        await agent.ensureTask();
        await signing('https://signed.example/path');
        await signing('https://other.example/path');
        that(seen[0]?.startsWith('AgentAssertion ') && seen[1] === null, JSON.stringify(seen));
        await refused('config-invalid', () => agent.fetch('http://plain.example/'));
        end();
      },
    },
    {
      name: 'authority: a caller that stops waiting gets its own reason, and the next one an answer',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        const reason = new Error('enough');
        await backend.with('task/slow:1s', async () => {
          const stop = new AbortController();
          const fetching = thrown(() => agent.fetch(backend.responses, { ...POST, signal: stop.signal }));
          setTimeout(() => stop.abort(reason), 50);
          equal(await fetching, reason);
          // The registration goes on for others (L6).
          await verified(await agent.fetch(backend.responses, POST));
        });
        equal((await backend.tasksOf(agent.agentRuntimeId)).length, 1);
        end();
      },
    },
    {
      name: 'authority: an identity JWT logs in, signs, and is gone after the logout',
      run: async () => {
        const component = (await library.package.load()).with({ storage: new (await library.host('memory')).MemoryStorage() });
        const { authapiBase, jwksUrl } = backend;
        const enrollment = component.Enrollment.open({ authapiBase, jwksUrl });
        const { jwt, agentRuntimeId } = await backend.identityJwt('acct-jwt', 'user-jwt');
        const agent = await enrollment.login(jwt);
        equal(agent.agentRuntimeId, agentRuntimeId);
        await verified(await agent.fetch(backend.responses, POST));
        await enrollment.logout();
        equal(enrollment.agent, undefined);
        await refused('auth-material-missing', () => enrollment.load());
        enrollment.dispose();
      },
    },
  ];
}
