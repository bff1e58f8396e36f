/** Every operation the driver answers, by name. A new one is a function of the driver and its input, and a line here. */

import { configInvalid } from '../error.js';
import * as assertions from './assertions.js';
import * as attestation from './attestation.js';
import * as callerIds from './caller-ids.js';
import * as catalogue from './catalogue.js';
import * as decisions from './decisions.js';
import * as installations from './installations.js';
import * as items from './items.js';
import * as keys from './keys.js';
import * as lineage from './lineage.js';
import * as logins from './logins.js';
import * as metadata from './metadata.js';
import type { Operation } from './operation.js';
import * as originators from './originators.js';
import * as registrations from './registrations.js';
import * as remotes from './remotes.js';
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
  ['metadata.render', metadata.render],
  ['metadata.mcp', metadata.renderForTools],
  ['extras.check', metadata.checkExtras],
  ['turn.update', lineage.updateTurn],
  ['lineage.describe', lineage.describe],
  ['lineage.restore', lineage.restore],
  ['window.resume', lineage.resumeWindow],
  ['window.compact', lineage.compact],
  ['caller-ids.run', callerIds.run],
  ['item-ids.assign', items.assignIds],
  ['items.prepare', items.prepare],
  ['items.outbound', items.filter],
  ['originator.resolve', originators.resolve],
  ['originator.parent', originators.parent],
  ['originator.check', originators.check],
  ['user-agent.render', originators.renderUserAgent],
  ['installation-id.parse', installations.parse],
  ['git-url.sanitize', remotes.sanitize],
  ['git-url.same', remotes.compare],
  ['attestation.envelope', attestation.envelope],
  ['version', catalogue.version],
  ['errors.list', catalogue.listErrors],
]);

/** The operation of a name. */
export function named(name: string): Operation {
  const found = OPERATIONS.get(name);
  if (!found) throw configInvalid('the member `op` names no operation of this driver');
  return found;
}
