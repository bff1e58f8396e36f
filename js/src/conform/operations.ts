/** Every operation the driver answers, by name. A new one is a function of the driver and its input, and a line here. */

import { configInvalid } from '../error.js';
import * as assertions from './assertions.js';
import * as catalogue from './catalogue.js';
import * as decisions from './decisions.js';
import * as keys from './keys.js';
import * as logins from './logins.js';
import type { Operation } from './operation.js';
import * as registrations from './registrations.js';
import * as verification from './verification.js';

const OPERATIONS = new Map<string, Operation>([
  ['assertion.sign', assertions.sign],
  ['assertion.prepare', assertions.prepare],
  ['assertion.assemble', assertions.assemble],
  ['assertion.parse', assertions.parse],
  ['assertion.verify', verification.assertion],
  ['registration.sign', registrations.sign],
  ['registration.verify', verification.registration],
  ['agent-registration.body', registrations.agentBody],
  ['task-answer.read', registrations.readTaskAnswer],
  ['task-id.unseal', registrations.unseal],
  ['task-id.seal', registrations.seal],
  ['task-ref.normalize', registrations.normalize],
  ['identifier.check', assertions.checkIdentifier],
  ['key.import', keys.importKey],
  ['key.import-public', keys.importPublic],
  ['key.generate', keys.generate],
  ['ed25519.verify', verification.signature],
  ['replay.run', verification.replay],
  ['skew.measure', decisions.measureSkew],
  ['rejection.classify', decisions.classifyRejection],
  ['scope.decide', decisions.decideScope],
  ['base-url.resolve', logins.resolveBaseUrls],
  ['jwt.verify', logins.verifyJwt],
  ['record.read', logins.readRecord],
  ['version', catalogue.version],
  ['errors.list', catalogue.listErrors],
]);

/** The operation of a name. */
export function named(name: string): Operation {
  const found = OPERATIONS.get(name);
  if (!found) throw configInvalid('the member `op` names no operation of this driver');
  return found;
}
