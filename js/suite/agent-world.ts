/** The world `agent`, transpiled: the same rules where WebAssembly can be suspended, and a clear word where it cannot. */

import type { Backend } from './authority/backend.js';
import { type Case, Skip } from './case.js';
import type { Environment, Library } from './environment.js';
import { equal, that } from './expect.js';

/** The module that is built into `build/agent-world/`. */
export interface AgentWorld {
  instantiate(module: (file: string) => Promise<WebAssembly.Module>, host: unknown): Promise<any>;
}

const CALLS = 100;
const APRIL_MS = 1_776_902_400_000;

/** The header of the specification's first constant vector (§4.1). */
const HEADER =
  'AgentAssertion eyJhZ2VudF9ydW50aW1lX2lkIjoiYWdlbnQtMTIzIiwic2lnbmF0dXJlIjoiK0dsck9LUi9GSHh4aGttT2hnNWhqMTkrNU83aE0yTWd4TnJnVGZSZ0lYOENZbjEzQUpFU3Y1eVhrd3dVQzlqRGQ4Y3ZRUk11MWY4UHliZjYvTEJnRHc9PSIsInRhc2tfaWQiOiJ0YXNrLTEyMyIsInRpbWVzdGFtcCI6IjIwMjYtMDQtMjNUMDA6MDA6MDBaIn0';

export function agentWorld(library: Library, environment: Environment, backend: Backend | undefined): Case[] {
  const { agentWorld: source } = environment;
  if (!source) return [{ name: 'agent world', run: () => Promise.reject(new Skip('nothing can be imported here once the script runs')) }];
  const world = async (host: object = {}) => {
    const [found, system, fetching, memory] = await Promise.all([source(), ...['system', 'fetch', 'memory'].map((name) => library.host(name))]);
    if (!found) throw new Skip('the component is missing: run `cargo xtask component`');
    const whole = {
      http: new fetching.FetchHttp(),
      storage: new memory.MemoryStorage(),
      clock: system.systemClock,
      random: system.systemRandom,
      sleep: system.systemSleep,
      ...host,
    };
    return (found.world as AgentWorld).instantiate(found.module, whole);
  };
  const cases: Case[] = [];
  if (!('Suspending' in WebAssembly)) {
    const refusal = async () => {
      const error = await world().then(() => undefined, (refused: unknown) => refused);
      if (error instanceof Skip) throw error;
      that(error instanceof Error && /JSPI is missing.*main entry `agent-identity`/.test(error.message), String(error));
    };
    return [{ name: 'agent world: without JSPI the error names the first world', run: refusal }];
  }
  cases.push({
    name: 'agent world: section_4_1 the header is that of the specification',
    run: async () => {
      const { client, keys } = await world({ clock: { now: () => APRIL_MS, monotonic: () => 0 } });
      const agent = client.Agent.open(given, keys.Key.import('seed', new Uint8Array(32).fill(7)));
      agent.adoptTask(undefined, 'task-123');
      equal(await agent.authorize(undefined), [['Authorization', HEADER]]);
      equal(await codeOf(agent.authorize('thread')), 'run-task-missing');
      equal(await codeOf(agent.load()), 'config-invalid');
    },
  });
  if (!backend) return cases;
  const bootstrapped = async () => {
    const { client } = await world();
    const agent = client.Agent.enroll(configOf(backend));
    const account = `agent-world-${(accounts += 1)}`;
    const accessToken = await backend.accessToken(account, 'user-1');
    const login = { accountId: account, chatgptUserId: 'user-1', planType: 'pro', fedramp: false, accessToken };
    const ids = await Promise.all(Array.from({ length: CALLS }, () => agent.bootstrap(login, undefined)));
    equal(new Set(ids).size, 1, 'L6: one bootstrap');
    return { agent, accessToken };
  };
  cases.push({
    name: 'agent world: l6 callers share one bootstrap and one registration, and requests are verified',
    run: async () => {
      const { agent } = await bootstrapped();
      const tasks = await Promise.all(Array.from({ length: CALLS }, () => agent.ensureTask('thread', undefined)));
      equal(new Set(tasks).size, 1);
      const { agentRuntimeId } = agent.identity();
      equal((await backend.tasksOf(agentRuntimeId)).length, 2);
      const { response, repeated } = await agent.sendSigned(request(backend), undefined, undefined);
      equal([response.status, repeated], [200, false], new TextDecoder().decode(response.body));
    },
  });
  cases.push({
    name: 'agent world: d1 a refused task is registered once and every request repeated',
    run: async () => {
      const { agent } = await bootstrapped();
      const refused = await agent.ensureTask(undefined, undefined);
      await backend.endTask(refused);
      const answers = await Promise.all(Array.from({ length: 10 }, () => agent.sendSigned(request(backend), undefined, undefined)));
      equal(new Set(answers.map(({ response }) => response.status)), new Set([200]));
      that((await agent.ensureTask(undefined, undefined)) !== refused, 'another task');
      equal((await backend.tasksOf(agent.identity().agentRuntimeId)).length, 2);
    },
  });
  cases.push({
    name: 'agent world: a rotation puts the new key in the place of the old one',
    run: async () => {
      const { agent, accessToken } = await bootstrapped();
      const waiting = await agent.rotate(accessToken);
      equal(await agent.finishRotation(true), waiting);
      equal((await agent.sendSigned(request(backend), undefined, undefined)).response.status, 200);
      await agent.logout();
      equal(await codeOf(agent.authorize(undefined)), 'auth-material-missing');
    },
  });
  return cases.map(({ name, run }) => ({ name, run: () => told(async () => run()) }));
}

/** A failure of the component in words: as it is, it is a handle. */
async function told(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    const failure = (error as { payload?: { info?(): { code: string; message: string; cause?: string } } }).payload ?? error;
    const info = (failure as { info?(): { code: string; message: string; cause?: string } }).info?.();
    throw info ? new Error([info.code, info.cause, info.message].filter(Boolean).join(': '), { cause: error }) : error;
  }
}

let accounts = 0;

const given = {
  agentRuntimeId: 'agent-123',
  accountId: undefined,
  chatgptUserId: undefined,
  fedramp: false,
  authapiBase: 'https://auth.example',
  correctClock: true,
  skewThresholdS: undefined,
  clockOffsetMs: 0n,
};

const configOf = ({ authapiBase, jwksUrl }: Backend) => ({
  authapiBase,
  jwksUrl,
  description: { source: 'cli', os: 'web' },
  allowedWorkspaces: [],
  correctClock: true,
});

const request = (backend: Backend) => ({
  method: 'POST',
  url: backend.responses,
  headers: [['content-type', 'application/json']],
  body: new TextEncoder().encode('{"model":"m","input":"hello"}'),
  timeoutMs: 30_000,
  successLimit: 1 << 20,
  errorLimit: 64 << 10,
});

/** jco hands over errors as they are, or inside of another. */
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error) => (error.payload ?? error).info().code,
  );
