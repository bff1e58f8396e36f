/** Every vector that a host's conformance driver answers, one case a file. */

import type { Case } from './case.js';
import { isEqual, that } from './expect.js';
import type { Environment, Library } from './environment.js';

/** Files for hosts: scripts, provider configurations, processes. Their questions name no operation, or one of a host. */
const OF_HOSTS = new Set([
  'lifecycle.json',
  'metadata/aws-provider.json',
  'metadata/aws-sign.json',
  'metadata/header-precedence.json',
  'metadata/open-strings.json',
  'metadata/provider-config.json',
  'metadata/retry.json',
  'metadata/token-command.json',
]);

/** Vectors there were when this was written; one that is lost must be noticed. */
const LEAST = 8000;

export function vectors(library: Library, environment: Environment): Case[] {
  let asked = 0;
  const cases = environment.vectors
    .filter((file) => !OF_HOSTS.has(file))
    .map((file) => ({
      name: `vectors: ${file}`,
      run: async () => {
        const text = await environment.read(`vectors/${file}`);
        that(text, 'the file is not there');
        const lines = questionsOf(text);
        that(lines.length === countOf(text), `${lines.length} questions were found, ${countOf(text)} are in it`);
        asked += lines.length;
        const wrong = differences(lines, await answersOf(library, lines));
        that(!wrong.length, `${wrong.length} of ${lines.length} are wrong\n    ${wrong.slice(0, 10).join('\n    ')}`);
      },
    }));
  const all = { name: 'vectors: none is passed over', run: () => that(asked >= LEAST, `${asked} were asked`) };
  return [...cases, all];
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
  const file = JSON.parse(text) as unknown[] | { cases: unknown[] };
  return (Array.isArray(file) ? file : file.cases).length;
}

interface Answer {
  readonly id: string;
  readonly ok?: Record<string, unknown>;
  readonly error?: { readonly code: string };
}

type Expected = Record<string, unknown> & { readonly error?: string };

function differences(lines: readonly string[], answers: readonly string[]): string[] {
  return lines.flatMap((line, index) => {
    const { id, expect } = JSON.parse(line) as { id: string; expect: Expected };
    const text = answers[index] ?? 'null';
    const answer = JSON.parse(text) as Answer | null;
    return answer?.id === id && fits(answer, expect, line, text) ? [] : [`${id}: expected ${JSON.stringify(expect)}, answered ${text}`];
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
