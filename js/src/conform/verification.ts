/** Verifying, and replay windows. */

import type { Handle } from '../engine/handle.js';
import { AgentIdentityError, configInvalid } from '../error.js';
import type { Facts, ReplayMode } from '../generated/types.js';
import { hexText, utf8 } from './bytes.js';
import type { Driver } from './driver.js';
import { type Time, TIME, askedAt, timestampSeconds } from './instant.js';
import { array, name, option, struct, text, u32 } from './json.js';
import { operation } from './operation.js';
import { hex } from './question.js';

const WINDOW = { max_age_s: option(u32), ahead_s: option(u32) };

const ACCEPTED = 'accepted';

export const assertion = operation(
  struct({ header: text, public_key_hex: hex, ...TIME, ...WINDOW, account_id: option(text), expected_account_id: option(text) }),
  (driver, input) => {
    driver.setClock(askedAt(input));
    const fields = driver.guest.assertions.parse(input.header);
    const facts = factsOf(input.expected_account_id, input.account_id);
    const key = keyOf(driver, input.public_key_hex);
    const { replayKey, retainUntilMs } = driver.guest.verification.verifyAssertion(input.header, key, facts, policyOf(input));
    return {
      verdict: ACCEPTED,
      agent_runtime_id: fields.agentRuntimeId,
      task_id: fields.taskId,
      timestamp: fields.timestamp,
      replay_key_hex: hexText(replayKey),
      retain_until_ms: retainUntilMs,
    };
  },
);

export const registration = operation(struct({ path: text, body: text, public_key_hex: hex, ...TIME, ...WINDOW }), (driver, input) => {
  driver.setClock(askedAt(input));
  const body = utf8(input.body);
  const fields = driver.guest.registrations.parseTask(input.path, body);
  const key = keyOf(driver, input.public_key_hex);
  const { verification } = driver.guest;
  const { replayKey } = verification.verifyRegistration(input.path, body, key, factsOf(undefined, undefined), policyOf(input));
  return { verdict: ACCEPTED, external_task_ref: fields.externalTaskRef, replay_key_hex: hexText(replayKey) };
});

export const signature = operation(struct({ public_key_hex: hex, message_hex: hex, signature_hex: hex }), (driver, input) => ({
  valid: driver.guest.verification.verifySignature(input.public_key_hex, input.message_hex, input.signature_hex),
}));

const EVENT = struct({ ...TIME, replay_key_hex: hex, timestamp: text });

/** Only replay protection: the window of V8 and V9 is the business of `assertion.verify`. */
export const replay = operation(
  struct({ mode: name(['off', 'cap', 'strict']), cap: option(u32), ...WINDOW, capacity: option(u32), events: array(EVENT) }),
  (driver, input) => {
    const { replayWindow } = driver.guest.verification;
    const mode: ReplayMode = input.mode === 'cap' ? { tag: 'cap', val: input.cap ?? 32 } : { tag: input.mode };
    const config = { mode, policy: policyOf(input), capacity: input.capacity ?? 1_000_000 };
    const window = replayWindow.open(config, { tag: 'new' });
    try {
      const verdicts = input.events.map((event) => verdictOf(driver, window, event));
      return { verdicts, entries_after: replayWindow.len(window) };
    } finally {
      window.drop();
    }
  },
);

const REPLAY_VERDICTS = ['assertion-replayed', 'assertion-expired', 'replay-store-unavailable'];

function verdictOf(driver: Driver, window: Handle, event: Time & { replay_key_hex: Uint8Array; timestamp: string }): string {
  driver.setClock(askedAt(event));
  const timestamp = timestampSeconds(event.timestamp);
  if (timestamp === undefined) throw configInvalid('the member `timestamp` of an event is none of the wire form');
  try {
    driver.guest.verification.replayWindow.admit(window, event.replay_key_hex, timestamp);
    return ACCEPTED;
  } catch (refused) {
    if (refused instanceof AgentIdentityError && REPLAY_VERDICTS.includes(refused.code)) return refused.code;
    throw refused;
  }
}

function policyOf(window: { max_age_s: number | undefined; ahead_s: number | undefined }) {
  return { maxAgeS: window.max_age_s ?? 300, aheadS: window.ahead_s ?? 10 };
}

function factsOf(registeredAccount: string | undefined, sentAccount: string | undefined): Facts {
  return { revoked: false, registeredAccount, sentAccount, task: 'unchecked' };
}

/** No signature is valid under a key that the strict rule refuses (V6). */
function keyOf(driver: Driver, raw: Uint8Array): Handle {
  try {
    return driver.verifyingKey(raw);
  } catch (refused) {
    if (!(refused instanceof AgentIdentityError) || refused.code !== 'key-public-invalid') throw refused;
    throw new AgentIdentityError('signature-invalid', 'fix-config', refused.message);
  }
}
