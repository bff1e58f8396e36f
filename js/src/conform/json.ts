/**
 * Reads JSON as the conformance driver does everywhere: exact integers, repeated members refused, raw values kept as they are written, and
 * for every fault the same words and the same place. The grammar is RFC 8259; the form of values is told by decoders.
 */

export { Fault } from './json/reader.js';
export * from './json/forms.js';
export { wholeCharacters } from './json/surrogates.js';
export * from './json/values.js';
