/** What answers: its version, and the codes it knows. */

import { COMPONENT_SHA256, VERSION } from '../generated/build.js';
import { PACKAGE } from '../generated/interfaces.js';
import { struct } from './json.js';
import { operation } from './operation.js';

export const version = operation(struct({}), (driver) => ({
  component_version: VERSION,
  component_sha256: COMPONENT_SHA256,
  wit_package: PACKAGE,
  unicode_version: driver.guest.taskRefs.unicodeVersion(),
  host: 'node',
  profile: 'portable',
}));

export const listErrors = operation(struct({}), (driver) => ({
  codes: driver.guest.errors.catalogue().map(({ code, advice, meaning, jsonRpc }) => ({ code, advice, meaning, json_rpc: jsonRpc })),
}));
