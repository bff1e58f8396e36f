/** Random questions to the conformance driver: what is right, what is nearly right, and what is neither. The same for the same seed. */

import { Draws } from '../random.js';
import { IDENTITY } from './identity.js';
import { METADATA } from './metadata.js';

/** So many lines, each a question. */
export function randomQuestions(seed: number, count: number): string[] {
  const draws = new Draws(seed);
  const makers = Object.entries({ ...IDENTITY, ...METADATA });
  return Array.from({ length: count }, (_, id) => {
    const [op, make] = draws.one(makers);
    return JSON.stringify({ id, op, input: withFaults(draws, make(draws)) });
  });
}

/** Now and then a member is missing, null, or of another type. */
function withFaults(draws: Draws, input: Record<string, unknown>): Record<string, unknown> {
  if (!draws.chance(0.08)) return input;
  const name = draws.one(Object.keys(input));
  return { ...input, [name]: draws.one([undefined, null, 7, -1, 1.5, true, '', 'x', [], {}, ['a'], { a: null }]) };
}
