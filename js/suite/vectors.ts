/** Every vector that a host's conformance driver answers, one case a file. */

import type { Case } from './case.js';
import { isEqual, that } from './expect.js';
import type { Environment, Library } from './environment.js';

/** Vectors there were when this was written; what is lost must be noticed. */
const LEAST = { files: 40, questions: 8000 };

export async function vectors(library: Library, environment: Environment): Promise<Case[]> {
  const texts = await Promise.all(environment.vectors.map(async (file) => [file, await environment.read(`vectors/${file}`)] as const));
  const files = texts.flatMap(([file, text]) => (text === undefined || isOfHosts(text) ? [] : [[file, questionsOf(text), countOf(text)] as const]));
  const cases = files.map(([file, lines, count]) => ({
    name: `vectors: ${file}`,
    run: async () => {
      that(lines.length === count, `${lines.length} questions were found, ${count} are in it`);
      const wrong = differences(lines, await answersOf(library, lines));
      that(!wrong.length, `${wrong.length} of ${lines.length} are wrong\n${wrong.slice(0, 5).join('\n')}`);
    },
  }));
  const asked = files.reduce((sum, [, lines]) => sum + lines.length, 0);
  const isComplete = files.length >= LEAST.files && asked >= LEAST.questions;
  return [...cases, { name: 'vectors: none is passed over', run: () => that(isComplete, `${asked} questions in ${files.length} files`) }];
}

/** Scripts, provider configurations, processes: cases that name no operation of the driver are run beside a host's own rules. */
function isOfHosts(text: string): boolean {
  return casesOf(text).some(({ op }) => !/^[a-z0-9-]+\.(?!run$)|^(replay|caller-ids)\.run$/.test(op ?? ''));
}

/** The driver's answers to these lines. */
export async function answersOf(library: Library, lines: readonly string[]): Promise<string[]> {
  const module = await WebAssembly.compile(await library.guest());
  const pieces: string[] = [];
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  await library.conform(module, only(bytes), async (piece) => void pieces.push(piece));
  return pieces.join('').split('\n').slice(0, -1);
}

async function* only(bytes: Uint8Array) {
  yield bytes;
}

/** Each question as it is written, on a line of its own: an input may hold what a parser would change. */
function questionsOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{"id"'));
  return lines.map((line) => line.replace(/,$/, ''));
}

function countOf(text: string): number {
  return casesOf(text).length;
}

function casesOf(text: string): { readonly op?: string }[] {
  const file = JSON.parse(text) as { op?: string }[] | { cases: { op?: string }[] };
  return Array.isArray(file) ? file : file.cases;
}

interface Answer {
  readonly id: string;
  readonly ok?: Record<string, unknown>;
  readonly error?: { readonly code: string };
}

type Expected = Record<string, unknown> & { readonly error?: string };

function differences(lines: readonly string[], answers: readonly string[]): string[] {
  return lines.flatMap((line, index) => {
    const { id, rule, expect } = JSON.parse(line) as { id: string; rule?: string; expect: Expected };
    const text = answers[index] ?? 'null';
    const answer = JSON.parse(text) as Answer | null;
    // What a case plants must not come back (metadata specification 0-7).
    const isSilent = !rule?.includes('0-7') || !text.includes('planted');
    return answer?.id === id && isSilent && fits(answer, expect, line, text) ? [] : [`${id}: expected ${JSON.stringify(expect)}, answered ${text}`];
  });
}

function fits(answer: Answer, expected: Expected, question: string, text: string): boolean {
  if (expected.error !== undefined) return answer.error?.code === expected.error;
  const { ok } = answer;
  if (!ok) return false;
  return Object.entries(expected).every(([name, value]) => {
    // The codes listed must be there; a host may know more.
    if (name === 'codes') return hasAll(ok['codes'] as Code[], value as Code[]);
    // Items keep the bytes and the order they came with.
    if (name === 'items') return rawItems(text) === rawItems(question.slice(question.lastIndexOf('"expect":')));
    return isEqual(ok[name] ?? null, value);
  });
}

interface Code {
  readonly code: string;
  readonly advice: string;
}

function hasAll(codes: readonly Code[], wanted: readonly Code[]): boolean {
  return wanted.every(({ code, advice }) => codes.some((one) => one.code === code && one.advice === advice));
}

/** The text of the member `items`. */
function rawItems(text: string): string {
  const from = text.indexOf('"items":') + '"items":'.length;
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '"') at = endOfString(text, at);
    else if (text[at] === '[' || text[at] === '{') depth += 1;
    else if (text[at] === ']' || text[at] === '}') depth -= 1;
    if (!depth) return text.slice(from, at + 1);
  }
  return text.slice(from);
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
