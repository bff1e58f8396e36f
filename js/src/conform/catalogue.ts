/** What answers: its version, and the codes it knows. */

import { PACKAGE, VERSION } from '../generated/build.js';
import { struct } from './json.js';
import { operation } from './operation.js';

export const version = operation(struct({}), (driver) => ({
  component_version: VERSION,
  component_sha256: driver.digest,
  wit_package: PACKAGE,
  unicode_version: driver.guest.taskRefs.unicodeVersion(),
  host: 'node',
  profile: 'portable',
}));

export const listErrors = operation(struct({}), (driver) => ({
  codes: driver.guest.errors.catalogue().map(({ code, advice, meaning, isInvalidRequest }) => ({
    code,
    advice,
    meaning,
    is_invalid_request: isInvalidRequest,
  })),
}));
