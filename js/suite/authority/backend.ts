/** A real authority, as a program that uses it sees it, with the switches of its development endpoints. */

import type { Environment, Library, Package } from '../environment.js';
import { equal, that } from '../expect.js';

export class Backend {
  readonly authapiBase: string;
  readonly jwksUrl: string;
  readonly responses: string;

  constructor(readonly origin: string) {
    this.authapiBase = `${origin}/api/accounts`;
    this.jwksUrl = `${origin}/backend-api/wham/agent-identities/jwks`;
    this.responses = `${origin}/backend-api/codex/responses`;
  }

  /** From now on this goes wrong; nothing by default. */
  async faults(list = ''): Promise<void> {
    await this.#post('/dev/faults', { faults: list });
  }

  /** Runs with faults that end with it. */
  async with<T>(list: string, run: () => Promise<T>): Promise<T> {
    await this.faults(list);
    try {
      return await run();
    } finally {
      await this.faults();
    }
  }

  /** A token with which agents of this account are registered. */
  async accessToken(account: string, user: string): Promise<string> {
    return (await this.#post('/dev/token', { account_id: account, chatgpt_user_id: user })).access_token;
  }

  /** A token that holds an identity. */
  async identityJwt(account: string, user: string): Promise<{ jwt: string; agentRuntimeId: string }> {
    const found = await this.#post('/dev/identity-jwt', { account_id: account, chatgpt_user_id: user });
    return { jwt: found.access_token, agentRuntimeId: found.agent_runtime_id };
  }

  async endTask(task: string): Promise<void> {
    await this.#post('/dev/end-task', { task_id: task });
  }

  async revoke(agentRuntimeId: string): Promise<void> {
    await this.#post('/dev/revoke-agent', { agent_runtime_id: agentRuntimeId });
  }

  /** Tasks of an agent, as the authority knows them. */
  async tasksOf(agentRuntimeId: string): Promise<{ task_id: string; external_task_ref: string | null }[]> {
    const { agents } = (await (await fetch(`${this.origin}/dev/agents`)).json()) as { agents: any[] };
    return agents.find((one) => one.agent_runtime_id === agentRuntimeId)?.tasks ?? [];
  }

  async #post(path: string, body: unknown): Promise<any> {
    const answer = await fetch(this.origin + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const text = await answer.text();
    that(answer.ok, `${path} answered ${answer.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}

/** A request of a model. */
export const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m","input":"hello"}' };

/** What came back from the endpoint that verifies: the first event of its stream. */
export async function verified(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  equal(response.status, 200, text);
  const found = /"verified":(\{[^}]*\})/.exec(text)?.[1];
  that(found, `no request was verified: ${text.slice(0, 300)}`);
  return JSON.parse(found) as Record<string, unknown>;
}

let accounts = 0;

/** A registered agent of a new account, and what it told. */
export async function registered({ package: { load } }: Library, backend: Backend, host: Partial<Package.Host> = {}) {
  accounts += 1;
  const [accountId, chatgptUserId] = [`acct-${accounts}`, `user-${accounts}`];
  const component = (await load()).with(host);
  const key = component.Key.generate();
  const { authapiBase } = backend;
  const events: Package.ProgressEvent[] = [];
  const agentRuntimeId = await component.Agent.register({
    authapiBase,
    key,
    description: { source: 'cli', os: 'web' },
    accessToken: await backend.accessToken(accountId, chatgptUserId),
  });
  const onEvent = (event: Package.ProgressEvent) => void events.push(event);
  const agent = component.Agent.open({ agentRuntimeId, key, authapiBase, accountId, chatgptUserId, onEvent });
  const end = () => {
    agent.dispose();
    key.dispose();
  };
  return { component, agent, key, events, accountId, chatgptUserId, end };
}

export function backendOf({ authority }: Environment): Backend | undefined {
  return authority === undefined ? undefined : new Backend(authority);
}
