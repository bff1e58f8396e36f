/** `fetch` that signs. */

import type { HeaderPairs, Judgement, ResponseFacts } from './agent/options.js';
import { configInvalid } from './error.js';
import { readBody } from './hosts/fetch.js';
import { isAllowed, resolved } from './url.js';

/** What is signed, and for what. */
export interface FetchOptions {
  /**
   * Origins that are signed for, each given as a URL such as `https://api.example`; requests to others pass unchanged. Default: every
   * request is signed.
   */
  readonly origins?: readonly string[] | undefined;
  /** Signs for the task of this normalised reference instead of the run task. */
  readonly reference?: string | undefined;
  /** What sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** What signs, and what it learns from refusals. */
export interface Signing {
  sign(reference: string | undefined, signal: AbortSignal): Promise<{ headers: HeaderPairs; taskId: string }>;
  judge(facts: ResponseFacts): Judgement;
  replace(reference: string | undefined, refused: string, signal: AbortSignal): Promise<unknown>;
  replacesTasks(): boolean;
  now(): number;
}

/** Most bytes of a refusal that are read to understand it (N7). */
const REFUSAL_LIMIT = 64 << 10;

/** A `fetch` that adds the header fields of an agent, and recovers once (D1, D2). If they cannot be built nothing is sent (A6). */
export function signingFetch(signing: Signing, { origins, reference, fetch }: FetchOptions): typeof globalThis.fetch {
  const send: typeof globalThis.fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
  const allowed = origins?.map(originOf);
  if (allowed?.length === 0) throw configInvalid('a signing fetch needs at least one origin to sign for');
  return async (input, init) => {
    const url = resolved(input instanceof Request ? input.url : input);
    if (allowed && !allowed.includes(url.origin)) return send(input, init);
    if (!isAllowed(url)) throw configInvalid(`${url.origin} is neither https nor http on a loopback host`);
    const request = input instanceof Request ? input : undefined;
    // Such a request loses its `Authorization` without a word, and would leave unsigned (A6).
    if ((init?.mode ?? request?.mode) === 'no-cors') throw configInvalid('a request of mode no-cors can carry no Authorization; leave the mode out');
    // What was judged is what is asked, whatever a relative URL or a base element would make of it later.
    const asked = request ?? url.href;
    const signal = init?.signal ?? request?.signal ?? new AbortController().signal;
    const attempt = async (target: RequestInfo) => {
      const { headers, taskId } = await signing.sign(reference, signal);
      const merged = new Headers(init?.headers ?? request?.headers);
      for (const [name, value] of headers) merged.set(name, value);
      const sentMs = signing.now();
      return { taskId, sentMs, response: await send(target, { redirect: 'manual', ...init, headers: merged }) };
    };
    const again = spareOf(asked, init);
    const { taskId, sentMs, response } = await attempt(asked);
    if (response.status !== 401 || again === undefined) return response;
    const facts = await factsOf(response, sentMs, signing.now());
    const { action } = signing.judge(facts);
    if (action === 'register-and-repeat' && signing.replacesTasks()) await signing.replace(reference, taskId, signal);
    else if (action !== 'correct-clock-and-repeat') return response;
    await response.body?.cancel();
    return (await attempt(again)).response;
  };
}

/** What the request can be sent from once more; nothing if its body can be read only once. */
function spareOf(input: RequestInfo, init: RequestInit | undefined): RequestInfo | undefined {
  const body = init?.body;
  const isReadOnce = typeof body === 'object' && body !== null && (body instanceof ReadableStream || Symbol.asyncIterator in body);
  if (isReadOnce) return undefined;
  return input instanceof Request && body === undefined ? input.clone() : input;
}

/** What a refusal says. The response itself stays unread. */
async function factsOf(response: Response, sentMs: number, receivedMs: number): Promise<ResponseFacts> {
  const field = (name: string) => response.headers.get(name) ?? undefined;
  // A body that breaks off explains less, and the refusal stands.
  const { body } = await readBody(response.clone(), REFUSAL_LIMIT).catch(() => ({ body: new Uint8Array() }));
  return { status: response.status, date: field('date'), age: field('age'), body, sentMs, receivedMs };
}

/** Errors name the place: the text may carry a password. */
function originOf(text: string, index: number): string {
  if (!URL.canParse(text)) throw configInvalid(`origins[${index}] is not a URL`);
  const url = new URL(text);
  if (url.username || url.password) throw configInvalid(`origins[${index}] carries a user name or a password`);
  if (!isAllowed(url)) throw configInvalid(`${url.origin} is neither https nor http on a loopback host`);
  return url.origin;
}
