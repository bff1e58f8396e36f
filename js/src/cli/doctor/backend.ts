/** Checks that ask the backend: whether it answers, and what time it has. */

import type { Component } from '../../component.js';
import { HostError, type HttpResponse } from '../../host.js';
import { FetchHttp } from '../../hosts/fetch.js';
import { baseUrls } from '../backend.js';
import type { Context } from '../context.js';
import { type Check, fail, failed, ok, warn } from './check.js';

/** Far enough off to be worth a word, in seconds; a `Date` field is only good for whole ones. */
const NOTICEABLE_S = 5;

/** Reachability and clock. */
export async function backendChecks(context: Context): Promise<Check[]> {
  try {
    const component = await context.component();
    const { authapiBase } = await baseUrls(context, component);
    const sentMs = Date.now();
    const answer = await ask(authapiBase);
    if (typeof answer === 'string') {
      const next = 'check the network and the URL; --authapi-base URL tries another';
      return [fail('backend', `${authapiBase} does not answer: ${answer}`, next)];
    }
    return [ok('backend', `${authapiBase} answers (HTTP ${answer.status})`), clock(component, answer, sentMs)];
  } catch (error) {
    return [failed('backend', error)];
  }
}

/** The answer, or why there is none. */
async function ask(url: string): Promise<HttpResponse | string> {
  const request = { method: 'GET', url, headers: [], body: new Uint8Array(), timeoutMs: 5000, successLimit: 1024, errorLimit: 1024 };
  try {
    return await new FetchHttp().send(request, new AbortController().signal);
  } catch (error) {
    const isConnecting = error instanceof HostError && error.failure === 'connect';
    return isConnecting ? 'the connection was not made (only https, or http on a loopback host, is tried)' : (error as Error).message;
  }
}

/** Compares the clocks by the rule that rejected requests are judged by (D3). */
function clock({ guest }: Component, { headers }: HttpResponse, sentMs: number): Check {
  const field = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const times = { sentMs: BigInt(sentMs), receivedMs: BigInt(Date.now()), offsetMs: 0n };
  let skewMs;
  try {
    ({ skewMs } = guest.agents.measureSkew({ ...times, date: field('date'), age: field('age') }));
  } catch (error) {
    return failed('clock', error);
  }
  if (skewMs === undefined) return warn('clock', "the backend's answer does not tell its time", 'compare the clock with another source');
  const [off, isBehind] = [Math.floor(Math.abs(Number(skewMs)) / 1000), skewMs > 0n];
  if (off <= NOTICEABLE_S) return ok('clock', `this machine's clock is within ${Math.max(off, 1)} s of the backend's`);
  const finding = `this machine's clock is ${off} s ${isBehind ? 'behind' : 'ahead of'} the backend's`;
  // A header ten seconds ahead is refused, one up to 300 s behind is accepted.
  const isBearable = (isBehind && off < 240) || off < 10;
  return (isBearable ? warn : fail)('clock', finding, 'set it: on Linux, timedatectl set-ntp true');
}
