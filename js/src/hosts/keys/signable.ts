/** What an identity key may sign. */

import { HostError } from '../../host.js';

/** A runtime id of graphic ASCII without `/?#:`, perhaps a task id, and the time: `r ":" t` or `r ":" k ":" t`. */
const TEXT = /^[!"$-.0-9;->@-~]{1,256}(:[^]{1,1024})?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * Throws unless `text` has the shape of one of the two texts of §3. The component has checked the fields; this is the second lock on the
 * same door (C6).
 */
export function refuseUnlessSignable(text: Uint8Array): void {
  // One character a byte, so that the limits count bytes.
  if (text.length <= 2048 && TEXT.test(String.fromCharCode(...text))) return;
  throw new HostError('failed', 'the text is neither a registration nor an assertion text; this key signs nothing else');
}
