/** Whether the backend accepts a signed request; asked only when a URL is named, for it may cost something. */

import type { Context } from '../context.js';
import { Enrolled } from '../enrolled.js';
import { Failure } from '../failure.js';
import { probe } from '../probe.js';
import type { Verdict } from '../verdict.js';
import { type Check, fail, failed, ok } from './check.js';

const NAME = 'request';

/** Signs a request for the run task that is there; nothing is registered. */
export async function acceptedCheck(context: Context): Promise<Check[]> {
  if (!context.given.has('probe')) return [];
  try {
    const enrolled = await Enrolled.open(context);
    await enrolled.task(undefined);
    const probed = await probe(context, enrolled.agent);
    if ('verdict' in probed) return [refused(probed.verdict)];
    if (probed.isClear) return [ok(NAME, `the backend accepts what is signed here (HTTP ${probed.status})`)];
    const next = 'name a URL that answers signed requests with 2xx; --probe-data sends a body by POST';
    throw Failure.config(`HTTP ${probed.status} does not tell whether the identity is accepted`, next);
  } catch (error) {
    return [failed(NAME, error)];
  }
}

/** In plain words, by the class of the refusal (§10). */
function refused({ class: kind, cause, next }: Verdict): Check {
  const said = cause === undefined ? '' : `; it says ${cause}`;
  const known: Record<string, string> = {
    task: 'the backend does not know the run task, or has ended it',
    key: 'the backend refuses the signature: key, agent and account do not belong together there',
    clock: 'the backend refuses the time that is signed',
    network: 'the backend cannot answer now',
  };
  return fail(NAME, (known[kind] ?? 'the backend refuses the request for a reason it does not name') + said, next);
}
