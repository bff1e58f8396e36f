/** What a server's refusal means for the identity, told in words (§10). */

import type { Judgement, ResponseFacts } from '../agent/options.js';
import { type Advice, AgentIdentityError } from '../error.js';
import { isObject, parsed } from './home.js';
import { nextStep } from './next-step.js';

/** A refusal, judged. */
export interface Verdict {
  readonly class: string;
  readonly action: string;
  /** What the server called it, if that says more than the class. */
  readonly cause: string | undefined;
  readonly next: string;
}

const ADVICE: Readonly<Record<string, Advice>> = { network: 'back-off', clock: 'fix-clock', task: 'after-register', key: 'fix-config' };

/** Nothing for an answer that refuses nothing. */
export function verdictOf(judgement: Judgement, { body }: ResponseFacts): Verdict | undefined {
  const { class: kind, code, action } = judgement;
  if (code === undefined) return undefined;
  const said = bodyCode(body);
  return { class: kind, action, cause: said === code ? undefined : said, next: nextOf(judgement, code) };
}

function nextOf(judgement: Judgement, code: string): string {
  if (judgement.class === 'task') {
    return 'get a new task, then repeat: agent-identity task --new, with the same --kind and --value if there were any';
  }
  if (judgement.class === 'clock') return clockStep(judgement.skewMs);
  return nextStep(new AgentIdentityError(code, ADVICE[judgement.class] ?? 'never', ''));
}

function clockStep(skewMs: number | undefined): string {
  if (skewMs === undefined) return 'set the clock of this machine, then repeat; agent-identity doctor measures it';
  const direction = skewMs > 0 ? 'behind' : 'ahead of';
  return `this machine's clock is ${Math.ceil(Math.abs(skewMs) / 1000)} s ${direction} the server's; set it, then repeat`;
}

/** The code a server puts into its answer, in the spelling of ours. */
function bodyCode(body: Uint8Array): string | undefined {
  const answer = parsed(body);
  if (!isObject(answer)) return undefined;
  const inner = isObject(answer['error']) ? answer['error']['code'] : undefined;
  const code = [inner, answer['code'], answer['error']].find((one) => typeof one === 'string') as string | undefined;
  return code !== undefined && /^[\w-]{0,64}$/.test(code) ? code.toLowerCase().replaceAll('_', '-') : undefined;
}
