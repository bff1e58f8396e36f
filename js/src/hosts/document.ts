/** What holds for documents wherever they are kept. */

import { HostError, type HostFailure } from '../host.js';

/** Longest document that is kept, bytes. */
export const MOST_BYTES = 8 << 20;

/** A document name is 1 to 64 of `a-z 0-9 _ . -` and does not start with a dot. No path can be spelt with it. */
const NAME = /^(?!\.)[a-z0-9_.-]{1,64}$/;

/** @internal Whether a text can name a document. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}

/** @internal Throws the failure unless the name is one. */
export function checkName(name: unknown, failure: HostFailure): asserts name is string {
  if (isName(name)) return;
  const shown = JSON.stringify(String(name).slice(0, 64));
  throw new HostError(failure, `document ${shown}: a document name is 1 to 64 of a-z 0-9 _ . - and does not start with a dot`);
}

/** @internal Throws `unwritable` unless it is bytes, and not too many. */
export function checkDocument(name: string, document: unknown): asserts document is Uint8Array {
  if (Object.prototype.toString.call(document) !== '[object Uint8Array]') {
    throw new HostError('unwritable', `${name} cannot be written: it is not a Uint8Array`);
  }
  if ((document as Uint8Array).length > MOST_BYTES) throw new HostError('unwritable', `${name} cannot be written: it is larger than 8 MiB`);
}

/** @internal What a replacement is refused with when the document is not the one expected. */
export function conflict(what: string): HostError {
  return new HostError('conflict', `${what} was changed by someone else in the meantime, nothing was written; read it again`);
}
