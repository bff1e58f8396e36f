/** `agent-identity inspect --recent`: what a running authority remembers. */

import { AgentIdentityError } from '../../error.js';
import { HostError } from '../../host.js';
import { FetchHttp } from '../../hosts/fetch.js';
import { isAllowed } from '../../url.js';
import { baseUrls } from '../backend.js';
import type { Context } from '../context.js';
import { Failure } from '../failure.js';
import { isObject, parsed } from '../home.js';
import { tableOf } from './table.js';

/** More than an authority keeps. */
const LIMIT = 32 << 20;

export async function showRecent(context: Context): Promise<void> {
  const { output } = context;
  const { authapiBase } = await baseUrls(context, await context.component());
  const { answer, requests } = await ask(address(authapiBase, context));
  if (output.isJson) output.json(answer);
  else if (requests.length) output.line(tableOf(requests));
  else output.note('no such request has come since the authority was started');
}

function address(base: string, { given }: Context): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url?.protocol !== 'http:' || !isAllowed(url)) {
    const next = 'name the one that `agent-identity serve` printed: --authapi-base http://127.0.0.1:PORT/api/accounts';
    throw Failure.config(`only an authority on this machine shows its requests, not ${base}`, next);
  }
  url.pathname = '/dev/inspect';
  url.search = '';
  url.searchParams.append('limit', given.some('limit'));
  for (const name of ['session', 'thread', 'turn']) {
    const id = given.text(name);
    if (id !== undefined) url.searchParams.append(`${name}_id`, id);
  }
  return url;
}

async function ask(url: URL): Promise<{ answer: unknown; requests: unknown[] }> {
  const request = { method: 'GET', url: url.href, headers: [], body: new Uint8Array(), timeoutMs: 10_000, successLimit: LIMIT, errorLimit: 1024 };
  const { status, body } = await new FetchHttp().send(request, new AbortController().signal).catch(unanswered);
  const answer = status === 200 ? parsed(body) : undefined;
  const requests = isObject(answer) ? answer['requests'] : undefined;
  if (Array.isArray(requests)) return { answer, requests };
  if (status === 404) {
    const next = '`agent-identity serve` does; another authority has to serve its development endpoints';
    throw Failure.config('what answers there does not show its requests', next);
  }
  throw Failure.config('what answers there is no authority', 'check the URL; `agent-identity serve` prints it');
}

function unanswered(error: unknown): never {
  if (!(error instanceof HostError)) throw error;
  const code = error.failure === 'connect' || error.failure === 'timeout' ? `network-${error.failure}` : 'network-failed';
  const message = `the authority does not answer: ${error.failure === 'connect' ? 'the connection was not made' : error.message}`;
  const next = 'start it, or name another: agent-identity serve; agent-identity inspect --recent --authapi-base URL';
  throw Failure.of(new AgentIdentityError(code, 'back-off', message), next);
}
