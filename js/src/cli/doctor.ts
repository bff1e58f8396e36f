/** `agent-identity doctor` */

import type { Context } from './context.js';
import { AUTHAPI_BASE, type Command } from './describe.js';
import { acceptedCheck } from './doctor/accepted.js';
import { backendChecks } from './doctor/backend.js';
import type { Check } from './doctor/check.js';
import { componentCheck, homeChecks, identityChecks } from './doctor/local.js';
import { EXIT, Failure } from './failure.js';
import { type Output, paint } from './output.js';
import { PROBE } from './probe.js';

export const DOCTOR: Command = {
  name: 'doctor',
  about: 'Check component, storage, key, clock, backend and task, each with a next step',
  more: 'Exit code 1 when a check fails. Nothing is registered. With --probe a request is signed too: only that shows whether the backend still knows the task and accepts the key.',
  options: [...PROBE, AUTHAPI_BASE],
  examples: `\
Examples:
  agent-identity doctor
  agent-identity doctor --probe https://api.example/v1/models
  agent-identity doctor --json | jq '.checks[] | select(.state != "ok")'`,
};

export async function doctor(context: Context): Promise<void> {
  const checks = [await componentCheck(context)];
  if (checks[0]?.state !== 'fail') {
    checks.push(...(await homeChecks(context)));
    checks.push(...(await identityChecks(context)));
    checks.push(...(await backendChecks(context)));
    checks.push(...(await acceptedCheck(context)));
  }
  const hasFailed = checks.some(({ state }) => state === 'fail');
  if (context.output.isJson) {
    const rows = checks.map(({ name, state, finding, next }) => ({ check: name, state, finding, next: next ?? null }));
    context.output.json({ ok: !hasFailed, checks: rows });
  } else for (const check of checks) print(check, context.output);
  if (hasFailed) throw Failure.told(EXIT.failed);
}

function print({ name, state, finding, next }: Check, output: Output): void {
  const styles = { ok: paint.good, warn: paint.warning, fail: paint.failed };
  output.line(`${styles[state](state.padEnd(4))}  ${name.padEnd(9)}  ${finding}`);
  if (next !== undefined) output.line(`      ${' '.repeat(9)}  ${paint.next('next:')} ${next}`);
}
