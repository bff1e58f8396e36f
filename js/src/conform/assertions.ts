/** Making and reading assertions, and the identifiers in them. */

import { internal } from '../error.js';
import type { Prepared } from '../generated/types.js';
import { type Value, OMITTED } from './answer.js';
import { base64Text, textOf } from './bytes.js';
import type { Driver } from './driver.js';
import { type Time, TIME, askedAt } from './instant.js';
import { name, option, struct, text } from './json.js';
import { operation } from './operation.js';
import { base64, hex } from './question.js';

const IDENTIFIERS = { agent_runtime_id: text, task_id: text, timestamp: option(text), ...TIME };

export const sign = operation(struct({ seed_hex: hex, ...IDENTIFIERS }), (driver, input) => {
  const { agent_runtime_id: agent, task_id: task, timestamp } = input;
  const { text: signed } = prepared(driver, agent, task, input);
  const key = driver.key(input.seed_hex);
  const { assertions } = driver.guest;
  const header = timestamp === undefined ? assertions.authorize(key, agent, task, 0n) : assertions.authorizeAt(key, agent, task, timestamp);
  return { header, signed_text: textOf(signed) };
});

export const prepare = operation(struct({ public_key_hex: hex, ...IDENTIFIERS }), (driver, input) => {
  driver.verifyingKey(input.public_key_hex);
  return { signed_text_base64: base64Text(prepared(driver, input.agent_runtime_id, input.task_id, input).text) };
});

/** Every signature is verified: an answer does not depend on the one before. */
export const assemble = operation(struct({ public_key_hex: hex, signature_base64: base64, ...IDENTIFIERS }), (driver, input) => {
  const { agent_runtime_id: agent, task_id: task } = input;
  const { timestamp } = prepared(driver, agent, task, input);
  const key = driver.guest.keys.key.custodial(input.public_key_hex, 'conform', 'always');
  try {
    return { header: driver.guest.assertions.assemble(key, agent, task, timestamp, input.signature_base64) };
  } finally {
    key.drop();
  }
});

export const parse = operation(struct({ header: text }), (driver, { header }) => {
  const found = driver.guest.assertions.parse(header);
  return {
    agent_runtime_id: found.agentRuntimeId,
    task_id: found.taskId,
    timestamp: found.timestamp,
    signature_base64: base64Text(found.signature),
  };
});

/** The component checks identifiers where it uses them: here in a text that nobody signs, and in a path. */
export const checkIdentifier = operation(
  struct({ kind: name(['runtime-id', 'task-id', 'timestamp']), value: text }),
  (driver, { kind, value }): Value => {
    const { prepareAt } = driver.guest.assertions;
    if (kind === 'runtime-id') return { path_segment: pathSegment(driver, value) };
    if (kind === 'task-id') prepareAt('agent', value, SECOND);
    else prepareAt('agent', 'task', value);
    return { path_segment: OMITTED };
  },
);

const SECOND = '2026-01-01T00:00:00Z';

function pathSegment(driver: Driver, agent: string): string {
  const { path } = driver.guest.registrations.signTaskAt(driver.key(new Uint8Array(32).fill(7)), agent, SECOND, undefined);
  const segment = /^\/v1\/agent\/(.*)\/task\/register$/s.exec(path)?.[1];
  if (segment === undefined) throw internal('the path of a task registration has another form');
  return segment;
}

/** The text to be signed for a second: the one that is given, or that of the clock. */
export function prepared(driver: Driver, agent: string, task: string, second: Time & { readonly timestamp: string | undefined }): Prepared {
  if (second.timestamp !== undefined) return driver.guest.assertions.prepareAt(agent, task, second.timestamp);
  driver.setClock(askedAt(second));
  return driver.guest.assertions.prepare(agent, task, 0n);
}
