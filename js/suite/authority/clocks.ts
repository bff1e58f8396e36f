/** Clocks that differ. These come last: what an authority accepted at a later time, it holds against earlier times afterwards (V12). */

import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { that } from '../expect.js';
import { type Backend, POST, registered, verified } from './backend.js';

const SKEW_MS = 400_000;

export function clocks(library: Library, backend: Backend): Case[] {
  return [
    {
      name: 'clocks: with a backend 400 s behind a task is registered and requests are signed',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        await backend.with('skew:-400s', async () => {
          await agent.ensureTask();
          isCorrected(agent.clockOffsetMs, -SKEW_MS);
          await verified(await agent.fetch(backend.responses, POST));
        });
        end();
      },
    },
    {
      name: 'clocks: a request refused for its time is signed anew and repeated once (D2)',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        await agent.ensureTask();
        await backend.with('skew:+400s', async () => {
          await verified(await agent.fetch(backend.responses, POST));
          isCorrected(agent.clockOffsetMs, SKEW_MS);
          await verified(await agent.fetch(backend.responses, POST));
        });
        end();
      },
    },
    {
      name: 'clocks: with a backend 400 s ahead a task is registered',
      run: async () => {
        const { agent, end } = await registered(library, backend);
        await backend.with('skew:+400s', () => agent.ensureTask());
        isCorrected(agent.clockOffsetMs, SKEW_MS);
        end();
      },
    },
  ];
}

function isCorrected(found: number, expected: number): void {
  that(Math.abs(found - expected) < 5000, `the offset is ${found} ms`);
}
