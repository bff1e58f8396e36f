/** A signed request that finds out whether a backend accepts the identity. */

import { readFile } from 'node:fs/promises';
import type { Agent } from '../agent.js';
import type { ResponseFacts } from '../agent/options.js';
import { AgentIdentityError } from '../error.js';
import { VERSION } from '../generated/build.js';
import { readBody } from '../hosts/fetch.js';
import { isAllowed } from '../url.js';
import type { Context } from './context.js';
import type { Option } from './describe.js';
import { Failure } from './failure.js';
import { readStandard, systemText } from './input.js';
import { type Verdict, verdictOf } from './verdict.js';

export const PROBE: readonly Option[] = [
  {
    name: 'probe',
    value: 'URL',
    help: 'Sign a request to this URL, to see whether the identity is accepted: GET, or POST with --probe-data',
  },
  {
    name: 'probe-data',
    value: 'TEXT|@FILE|-',
    requires: 'probe',
    help: 'Body of that request: the text itself, @FILE, or - for standard input',
  },
];

/** How a probe ended; an unclear status says nothing about the identity. */
export type Probed = { readonly status: number; readonly isClear: boolean } | { readonly verdict: Verdict };

/** For the whole exchange, milliseconds. */
const PATIENCE = 30_000;
/** Most of a refusal's body that is judged (N7), and most that standard input may bring. */
const JUDGED = 64 << 10;
const LARGEST = 64 << 20;

/** Signs for the run task, which the agent must know. Repeated once when the answer has corrected the clock (D2). */
export async function probe({ given }: Context, agent: Agent): Promise<Probed> {
  const body = await bodyOf(given.text('probe-data'));
  const url = urlOf(given.some('probe'));
  const probed = await send(url, body, agent);
  return 'verdict' in probed && probed.verdict.action === 'correct-clock-and-repeat' ? send(url, body, agent) : probed;
}

function urlOf(text: string): URL {
  if (!URL.canParse(text)) throw Failure.usage(`${text} is not a URL`, 'give it whole, as https://host/path');
  const url = new URL(text);
  if (isAllowed(url)) return url;
  const message = 'signed requests go to https, or to http on a loopback host, without user name and password in the URL';
  const next = 'use the https URL of the service; a header sent in the clear could be used by others';
  throw Failure.of(new AgentIdentityError('base-url-unsupported', 'fix-config', message), next);
}

async function bodyOf(text: string | undefined): Promise<Uint8Array | undefined> {
  if (text === undefined) return undefined;
  try {
    if (text === '-' || text === '@-') return await readStandard(LARGEST);
    return text.startsWith('@') ? new Uint8Array(await readFile(text.slice(1))) : new TextEncoder().encode(text);
  } catch (error) {
    throw Failure.config(`the body cannot be read: ${systemText(error)}`, 'give it as TEXT, @FILE, or - for standard input');
  }
}

async function send(url: URL, body: Uint8Array | undefined, agent: Agent): Promise<Probed> {
  const headers = new Headers({ 'user-agent': `agent-identity/${VERSION}` });
  if (body) headers.set('content-type', 'application/json');
  for (const [name, value] of await agent.authorize()) headers.set(name, value);
  const sentMs = Date.now();
  const signal = AbortSignal.timeout(PATIENCE);
  const method = body ? 'POST' : 'GET';
  const response = await fetch(url, { method, headers, body: (body as Uint8Array<ArrayBuffer> | undefined) ?? null, redirect: 'manual', signal }).catch(notSent);
  const receivedMs = Date.now();
  const { status } = response;
  if (status < 400) {
    await response.body?.cancel();
    return { status, isClear: response.ok };
  }
  const field = (name: string) => response.headers.get(name) ?? undefined;
  const { body: start } = await readBody(response, JUDGED);
  const facts: ResponseFacts = { status, date: field('date'), age: field('age'), body: start, sentMs, receivedMs };
  const verdict = verdictOf(agent.onResponse(facts), facts);
  return verdict ? { verdict } : { status, isClear: false };
}

function notSent(error: unknown): never {
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  const { code = '', message = '' } = ((error as { cause?: unknown }).cause ?? {}) as { code?: string; message?: string };
  const isConnecting = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(code);
  const said = message ? `: ${message}` : '';
  if (isLate) throw new AgentIdentityError('network-timeout', 'back-off', 'there was no answer in time');
  if (isConnecting) throw new AgentIdentityError('network-connect', 'back-off', `the connection was not made${said}`);
  throw new AgentIdentityError('network-failed', 'back-off', `sending the request broke off${said}`);
}
