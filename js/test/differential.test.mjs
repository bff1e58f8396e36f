// Two hosts, one component: the Rust driver and this one answer the same questions byte for byte, damaged ones included.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROGRAM, skip } from './authority.mjs';
import { conform } from './conform.mjs';

const LINES = Number(process.env.AGENT_IDENTITY_LINES ?? 10_000);
const folder = fileURLToPath(new URL('../../tests/vectors/', import.meta.url));

const VALUES = [
  ...['null', 'true', 'false', '7', '-0', '-1', '1.5', '1e3', '1e999', '18446744073709551616', '9223372036854775808', '-9223372036854775808'],
  ...['""', '"x"', '"\\ud800"', '"\\udc00x"', '"\\u00e9é"', '"zz"', '"abc"', '"AB=="', '" "', '"2026-04-23T00:00:00.5+02:00"', '"strict"', '"\\n"', '"\\x"'],
  ...['[]', '{}', '["run","x"]', '["url"]', '["a","b","c"]', '[1]', '{"a":"b"}', '{"seed":null}', '[["date","x"]]', '[["a"]]', '[[[[]]]]', 'tru', '01'],
];
const NAMES = ['seed_hex', 'timestamp', 'now_ms', 'now', 'external_task_ref', 'events', 'mode', 'headers', 'form', 'data', 'op', 'id', 'input', 'kind', 'value', 'é', '\\ud800'];
const MARKS = ['"', ',', '}', ']', '{', ' ', '\\', 'é'];

test('damaged questions get the same answers from the Rust driver', { skip, timeout: 120_000 }, async () => {
  const seed = Number(process.env.AGENT_IDENTITY_SEED ?? Date.now() % 2 ** 32);
  const lines = damagedQuestions(seed).join('\n');
  const [ours, theirs] = await Promise.all([conform(lines), conform(lines, [PROGRAM, 'conform'])]);
  assert.equal(ours.length, LINES);
  const at = ours.findIndex((answer, index) => answer !== theirs[index]);
  assert.equal(at, -1, `seed ${seed}, line ${at}\n${lines.split('\n')[at]}\n${ours[at]}\n${theirs[at]}`);
});

/** Questions of the vectors, each changed in one or two places. */
function damagedQuestions(seed) {
  const draw = drawing(seed);
  const one = (from) => from[draw(from.length)];
  const sources = questions();
  return Array.from({ length: LINES }, () => {
    let line = one(sources);
    for (let change = draw(2); change >= 0; change -= 1) line = damaged(line, draw, one);
    return line.replaceAll('\n', ' ').trim() || '{}';
  });
}

function questions() {
  const files = readdirSync(folder, { recursive: true }).filter((name) => /^(metadata[/\\])?[^/\\]+\.json$/.test(name));
  const lines = files.flatMap((file) => readFileSync(folder + file, 'utf8').split('\n'));
  return lines.filter((line) => line.startsWith('{"id"') && line.includes('"op":') && line.length < 3000).map((line) => line.replace(/,$/, ''));
}

function damaged(line, draw, one) {
  const at = draw(line.length);
  switch (draw(8)) {
    case 0:
      return line.slice(0, at) + line.slice(at + 1 + draw(3));
    case 1:
      return line.slice(0, at) + one(MARKS) + line.slice(at);
    case 2: {
      const place = one([...line.matchAll(/"[a-z_]+":/g)]);
      return place ? `${line.slice(0, place.index)}"${one(NAMES)}" :${line.slice(place.index + place[0].length)}` : line;
    }
    case 3: {
      const place = one([...line.matchAll(/\{/g)]);
      return place ? `${line.slice(0, place.index + 1)}"${one(NAMES)}":${one(VALUES)}, ${line.slice(place.index + 1)}` : line;
    }
    default: {
      const place = one([...line.matchAll(/":\s*/g)]);
      if (!place) return line;
      const from = place.index + place[0].length;
      return line.slice(0, from) + one(VALUES) + line.slice(endOfValue(line, from));
    }
  }
}

function endOfValue(line, from) {
  let depth = 0;
  for (let at = from; at < line.length; at += 1) {
    const character = line[at];
    if (character === '"') while (++at < line.length && line[at] !== '"') at += line[at] === '\\' ? 1 : 0;
    else if ('[{'.includes(character)) depth += 1;
    else if (']}'.includes(character) && depth-- === 0) return at;
    else if (character === ',' && depth === 0) return at;
  }
  return line.length;
}

/** Numbers below a bound, the same for the same seed. */
function drawing(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
