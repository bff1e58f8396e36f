/** The attestation envelope: one operation, answered with the outcome of the question. */

import { failureOf } from '../engine/engine.js';
import type { Handle } from '../engine/handle.js';
import { configInvalid, internal } from '../error.js';
import type { Attestation, Outcome, Progress } from '../generated/types.js';
import type { Driver } from './driver.js';
import { attempt, option, struct, text, u8, value } from './json.js';
import { wholeOperation } from './operation.js';

export const envelope = wholeOperation(struct({ status: u8, token: option(value) }), (driver, input) => {
  const attestation = attestationOf(input.status, input.token);
  const operation = driver.guest.metadata.beginAttest();
  try {
    const header = attested(driver, operation, attestation);
    return { header, dropped: header === undefined ? [{ name: 'x-oai-attestation', reason: 'illegal' }] : [] };
  } finally {
    operation.drop();
  }
});

/** Anything but a string that is not empty is a malformed reply (9-2). */
function attestationOf(status: number, json: string | undefined): Attestation {
  const token = json === undefined ? undefined : attempt(json, text);
  const tags = [token === undefined ? 'malformed' : 'token', 'timeout', 'failed', 'cancelled', 'malformed'] as const;
  const tag = tags[status];
  if (!tag) throw configInvalid('the member `status` of `input` is none of 0 to 4');
  return tag === 'token' ? { tag, val: token! } : { tag };
}

function attested(driver: Driver, operation: Handle, attestation: Attestation): string | undefined {
  const asked = resumed(driver, operation, undefined);
  if (asked.tag !== 'effect' || asked.val.tag !== 'attest' || asked.val.val !== 100) {
    throw internal('an attestation asks for something else than an answer within 100 ms');
  }
  const done = resumed(driver, operation, { tag: 'attest', val: attestation });
  if (done.tag !== 'done' || done.val.tag !== 'attested') throw internal('an attestation ended as something else');
  return done.val.val;
}

function resumed(driver: Driver, operation: Handle, outcome: Outcome | undefined): Progress {
  const { progress } = driver.guest.operations.operation.resume(operation, outcome);
  if (progress.tag === 'err') throw failureOf(driver.guest, progress.val);
  return progress.val;
}
