/** What goes wrong at a real authority, and what comes of it: the rows of docs/faults.md that need no long wait. */

import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { equal, refused, that } from '../expect.js';
import { type Backend, POST, registered, verified } from './backend.js';

interface Row {
  readonly fault: string;
  readonly what: string;
  /** Code of the error; none: it goes well in the end. */
  readonly code?: string;
  readonly cause?: string;
  /** Delays reported before further attempts, milliseconds without what chance adds or takes. */
  readonly waits?: readonly number[];
}

const TASK: readonly Row[] = [
  { fault: 'task/500:2', what: '500 twice', waits: [200, 400] },
  { fault: 'task/500', what: '500', code: 'task-register-unavailable', cause: 'server-unavailable', waits: [200, 400] },
  { fault: 'task/429:1,retry-after:1s', what: '429 once, with Retry-After', waits: [1000] },
  { fault: 'task/403', what: '403', code: 'task-register-rejected' },
  { fault: 'task/401-key', what: '401 signature-invalid', code: 'task-register-rejected', cause: 'rejected-key' },
  { fault: 'task/redirect', what: 'a redirect', code: 'redirect-refused' },
  { fault: 'task/garbage', what: '200, not JSON', code: 'task-response-undecodable' },
  { fault: 'task/huge', what: '200, 2 MiB', code: 'response-too-large' },
  { fault: 'task/truncate', what: 'an answer cut in half', code: 'task-register-unavailable', waits: [200, 400] },
  { fault: 'task/lose', what: 'a connection that closes without an answer', code: 'task-register-unavailable', waits: [200, 400] },
];

const AGENT: readonly Row[] = [
  { fault: 'agent/500:2', what: '500 twice', waits: [200, 400] },
  { fault: 'agent/400', what: '400', code: 'agent-register-rejected' },
  { fault: 'agent/redirect', what: 'a redirect', code: 'redirect-refused' },
  { fault: 'agent/garbage', what: '200, not JSON', code: 'agent-response-undecodable' },
  { fault: 'agent/huge', what: '200, 2 MiB', code: 'response-too-large' },
];

export function faults(library: Library, backend: Backend): Case[] {
  return [...TASK.map((row) => taskFault(library, backend, row)), ...AGENT.map((row) => agentFault(library, backend, row))];
}

function taskFault(library: Library, backend: Backend, row: Row): Case {
  return {
    name: `faults: task registration, ${row.what}`,
    run: async () => {
      const { agent, events, end } = await registered(library, backend);
      await backend.with(row.fault, () => outcome(row, () => agent.ensureTask()));
      waited(row, events.map(({ delayMs }) => delayMs));
      // Whatever failed is done again without the fault.
      await verified(await agent.fetch(backend.responses, POST));
      end();
    },
  };
}

function agentFault(library: Library, backend: Backend, row: Row): Case {
  return {
    name: `faults: agent registration, ${row.what}`,
    run: async () => {
      const component = await library.package.load();
      const key = component.Key.generate();
      const delays: (number | undefined)[] = [];
      const registration = {
        authapiBase: backend.authapiBase,
        key,
        description: { source: 'cli', os: 'web' },
        accessToken: await backend.accessToken('acct-faults', 'user-faults'),
      };
      const register = () => component.Agent.register(registration, { onEvent: ({ delayMs }) => void delays.push(delayMs) });
      await backend.with(row.fault, () => outcome(row, register));
      waited(row, delays);
      that((await register()).length > 0, 'no id after the fault');
      key.dispose();
    },
  };
}

async function outcome({ code, cause }: Row, attempt: () => Promise<unknown>): Promise<void> {
  if (code === undefined) return void (await attempt());
  const error = await refused(code, attempt);
  if (cause !== undefined) equal(error.cause, cause);
}

/** A tenth more or less is drawn by chance (N10). */
function waited({ waits = [], what }: Row, delays: readonly (number | undefined)[]): void {
  const told = delays.filter((delay) => delay !== undefined && delay > 0) as number[];
  equal(told.length, waits.length, `waits of ${what}: ${told.join(', ')}`);
  waits.forEach((usual, index) => that(Math.abs(told[index]! - usual) <= usual * 0.1 + 1, `waited ${told[index]} instead of ${usual} ms`));
}
