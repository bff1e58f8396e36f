/** Registering: texts, bodies, answers, sealed task ids and references. */

import { prepared } from './assertions.js';
import { utf8 } from './bytes.js';
import { TIME } from './instant.js';
import { option, struct, text } from './json.js';
import { operation } from './operation.js';
import { hex, reference } from './question.js';

export const sign = operation(
  struct({ seed_hex: hex, agent_runtime_id: text, timestamp: option(text), ...TIME, external_task_ref: option(reference) }),
  (driver, input) => {
    const { agent_runtime_id: agent, external_task_ref: ref } = input;
    // Only for the spelling of the clock's second; the task in it is never used.
    const { timestamp } = prepared(driver, agent, 'task', input);
    const signed = driver.guest.registrations.signTaskAt(driver.key(input.seed_hex), agent, timestamp, ref);
    return { path: signed.path, body: signed.body, signed_text: signed.signedText };
  },
);

export const agentBody = operation(
  struct({ source: text, os: text, public_key_hex: hex, agent_version: option(text) }),
  (driver, { source, os, agent_version: agentVersion, public_key_hex: raw }) => ({
    body: driver.guest.registrations.agentBody(driver.verifyingKey(raw), { source, os, agentVersion }),
  }),
);

export const readTaskAnswer = operation(struct({ seed_hex: hex, body: text }), (driver, { seed_hex: seed, body }) => ({
  task_id: driver.guest.registrations.readTaskAnswer(driver.key(seed), utf8(body)),
}));

/** The component opens sealed ids inside answers, so one is put around this. */
export const unseal = operation(struct({ seed_hex: hex, encrypted_task_id: text }), (driver, input) => {
  const answer = JSON.stringify({ encrypted_task_id: input.encrypted_task_id });
  return { task_id: driver.guest.registrations.readTaskAnswer(driver.key(input.seed_hex), utf8(answer)) };
});

export const seal = operation(struct({ public_key_hex: hex, task_id: text, random_hex: hex }), (driver, input) => {
  driver.setRandom(input.random_hex);
  const key = driver.verifyingKey(input.public_key_hex);
  return { encrypted_task_id: driver.guest.registrations.sealTaskId(key, input.task_id) };
});

export const normalize = operation(reference, (driver, ref) => ({ ref: driver.guest.taskRefs.normalize(ref) }));
