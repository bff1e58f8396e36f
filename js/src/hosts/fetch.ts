import { HostError, type Http, type HttpRequest, type HttpResponse } from '../host.js';
import { isAllowed } from '../url.js';

/** How requests are made. */
export interface FetchHttpOptions {
  /** What sends a request; one with a proxy, for example. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Makes each request once with `fetch`: no redirects, no cookies, no cache, no referrer; a timeout over the whole exchange, and bodies up
 * to their limits. Only `https`, or `http` to a loopback host, is ever spoken (C7).
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 * import { FetchHttp } from 'agent-identity/hosts/fetch';
 *
 * const component = (await load()).with({ http: new FetchHttp({ fetch: globalThis.fetch }) });
 * ```
 */
export class FetchHttp implements Http {
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: FetchHttpOptions = {}) {
    // The global one may be replaced later, and must be called as a function of the global object.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    const timer = setTimeout(onAbort, request.timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) onAbort();
      return await this.#exchange(request, stop.signal);
    } catch (error) {
      if (signal.aborted) throw new HostError('cancelled', 'the caller stopped the request');
      if (stop.signal.aborted) throw new HostError('timeout', 'no complete answer in time');
      throw error instanceof HostError ? error : new HostError('failed', 'sending or receiving broke off', { cause: error });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const response = await this.#start(request, signal);
    // A browser hides what a redirect says; that it is one is enough to refuse it.
    if (response.type === 'opaqueredirect') return { status: 302, headers: [], body: new Uint8Array(), truncated: false };
    const read = readBody(response, response.ok ? request.successLimit : request.errorLimit);
    // The status of a refusal says enough; its body only explains (N6).
    const { body, truncated } = await (response.ok
      ? read
      : read.catch((error) => {
          if (signal.aborted) throw error;
          return { body: new Uint8Array(), truncated: false };
        }));
    return { status: response.status, headers: [...response.headers], body, truncated };
  }

  async #start(request: HttpRequest, signal: AbortSignal): Promise<Response> {
    if (!isAllowed(new URL(request.url))) throw new HostError('connect', 'only https, or http to a loopback host, is spoken');
    const hasBody = request.method !== 'GET' || request.body.length > 0;
    try {
      return await this.#fetch(request.url, {
        method: request.method,
        headers: request.headers,
        body: hasBody ? (request.body as Uint8Array<ArrayBuffer>) : null,
        redirect: 'manual',
        credentials: 'omit',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        signal,
      });
    } catch (error) {
      throw new HostError(isBroken(error) ? 'failed' : 'connect', 'the request was not answered', { cause: error });
    }
  }
}

/** Whether a connection was there and broke. A browser does not say. */
function isBroken(error: unknown): boolean {
  const code = ((error as { cause?: { code?: unknown } }).cause?.code ?? '') as string;
  return /^(UND_ERR_(SOCKET|HEADERS|BODY|RES|INFO|REQ|RESPONSE)|ECONNRESET|EPIPE|HPE_)/.test(code);
}

/** Stops reading at the first byte above the limit. @internal */
export async function readBody(response: Response, limit: number): Promise<{ body: Uint8Array; truncated: boolean }> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let truncated = false;
  while (reader && !truncated) {
    const { done, value } = await reader.read();
    if (done) break;
    truncated = value.length > limit - length;
    const kept = truncated ? value.subarray(0, limit - length) : value;
    chunks.push(kept);
    length += kept.length;
  }
  if (truncated) await reader?.cancel().catch(() => undefined);
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return { body, truncated };
}
