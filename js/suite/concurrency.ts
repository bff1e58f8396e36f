/** Any number of operations at once on one instance. */

import type { Case } from './case.js';
import type { Library, Package } from './environment.js';
import { equal, that } from './expect.js';
import { Draws } from './random.js';

const MANY = 1000;

type HttpRequest = Package.HttpRequest;

export function concurrency({ package: { AgentIdentityError, load } }: Library): Case[] {
  return [
    {
      name: 'concurrency: 1,000 operations at once on one instance, answered in any order, each get their own answer',
      run: async () => {
        const component = await load();
        const network = new Gathering(MANY, taskNamedByReference);
        const key = component.Key.generate();
        const agent = component.with({ http: network }).Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example' });
        const events: number[] = Array.from({ length: MANY }, () => 0);
        const tasks = await Promise.all(
          events.map((_, number) => agent.registerTask({ kind: 'thread', value: uuid(number) }, { onEvent: () => (events[number]! += 1) })),
        );
        tasks.forEach((task, number) => that(task.includes(uuid(number)), `operation ${number} got ${task}`));
        equal(network.mostAtOnce, MANY, 'they were not all under way at once');
        that(events.every((count) => count > 0), 'an observer heard nothing');
        agent.dispose();
        key.dispose();
      },
    },
    {
      name: 'concurrency: operations given up, failed and disposed of leave the others alone',
      run: async () => {
        const component = await load();
        const network = new Gathering(MANY, (request, number) => (number % 3 === 1 ? { status: 400, text: '' } : taskNamedByReference(request)));
        const key = component.Key.generate();
        const agent = component.with({ http: network }).Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example' });
        const stops: AbortController[] = [];
        const outcomes = Array.from({ length: MANY }, async (_, number) => {
          const stop = new AbortController();
          if (number % 3 === 2) stops.push(stop);
          return agent.registerTask({ kind: 'thread', value: uuid(number) }, { signal: stop.signal }).catch((error: unknown) => error);
        });
        network.whenAll.then(() => stops.forEach((stop) => stop.abort(new Error('given up'))));
        const ended = await Promise.all(outcomes);
        const count = (test: (one: unknown) => boolean) => ended.filter(test).length;
        equal(count((one) => typeof one === 'string'), Math.ceil(MANY / 3), 'those that went on');
        equal(count((one) => one instanceof AgentIdentityError && one.code === 'task-register-rejected'), 333, 'those refused');
        equal(count((one) => one instanceof Error && one.message === 'given up'), 333, 'those given up');
        that(component.isSound, 'the instance is spoilt');
        agent.dispose();
        key.dispose();
      },
    },
    {
      name: 'concurrency: 1,000 callers of one task share one registration',
      run: async () => {
        const component = await load();
        const network = new Gathering(1, () => ({ status: 200, text: '{"task_id":"shared"}' }));
        const key = component.Key.generate();
        const agent = component.with({ http: network }).Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example' });
        const tasks = await Promise.all(Array.from({ length: MANY }, () => agent.ensureTask()));
        equal([...new Set(tasks)], ['shared']);
        equal(network.count, 1, 'requests');
        agent.dispose();
        key.dispose();
      },
    },
  ];
}

interface Answered {
  readonly status: number;
  readonly text: string;
}

/** A network that answers nothing before so many requests wait; then all, in another order. */
class Gathering {
  count = 0;
  mostAtOnce = 0;
  readonly whenAll: Promise<void>;
  #all!: () => void;
  readonly #waiting: (() => void)[] = [];

  constructor(
    readonly most: number,
    readonly answer: (request: HttpRequest, number: number) => Answered,
  ) {
    this.whenAll = new Promise((resolve) => (this.#all = resolve));
  }

  async send(request: HttpRequest) {
    const number = this.count;
    this.count += 1;
    const { status, text } = this.answer(request, number);
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#waiting.length);
      if (this.count === this.most) this.#release();
    });
    return { status, headers: [] as [string, string][], body: new TextEncoder().encode(text), truncated: false };
  }

  #release(): void {
    this.#all();
    // Those that are given up must be so before their answers come.
    setTimeout(() => new Draws(5).shuffled(this.#waiting).forEach((resolve) => resolve()));
  }
}

function taskNamedByReference(request: HttpRequest): Answered {
  const { external_task_ref: reference } = JSON.parse(new TextDecoder().decode(request.body)) as { external_task_ref: string };
  return { status: 200, text: JSON.stringify({ task_id: `task:${reference}` }) };
}

function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}
