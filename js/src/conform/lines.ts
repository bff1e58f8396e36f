/** Reading lines: of any reasonable length, whatever bytes they hold. */

import { concatenated } from './bytes.js';

/** Longest line that is read. The largest question of the vectors is a task answer of a little over 1 MiB. */
const MAX_LINE = 16 << 20;

/** One line without its end: something to answer, or nothing that can be read, and why. */
export type Line = { readonly text: string } | { readonly why: string };

/** The lines of an input that are not blank, as they come: each time those that are complete. */
export async function* lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  const add = (piece: Uint8Array) => {
    length += piece.length;
    if (length <= MAX_LINE) pieces.push(piece);
  };
  const end = (found: Line[]) => {
    const line = lineOf(pieces, length);
    if (line) found.push(line);
    pieces = [];
    length = 0;
  };
  for await (const chunk of input) {
    const found: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      add(chunk.subarray(from, at));
      end(found);
      from = at + 1;
    }
    if (from < chunk.length) add(chunk.slice(from));
    if (found.length) yield found;
  }
  const last: Line[] = [];
  if (length) end(last);
  if (last.length) yield last;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function lineOf(pieces: Uint8Array[], length: number): Line | undefined {
  if (length > MAX_LINE) return { why: 'the line is longer than 16 MiB; ask for less at once' };
  let text: string;
  try {
    text = decoder.decode(pieces.length === 1 ? pieces[0] : concatenated(pieces));
  } catch {
    return { why: 'the line is not UTF-8' };
  }
  return /^[ \t\n\f\r]*$/.test(text) ? undefined : { text };
}
