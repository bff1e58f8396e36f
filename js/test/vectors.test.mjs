// Every vector of the project, through the command.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { conform } from './conform.mjs';

const folder = fileURLToPath(new URL('../../tests/vectors/', import.meta.url));
const files = readdirSync(folder, { recursive: true }).filter((name) => /^(metadata[/\\])?[^/\\]+\.json$/.test(name));

/** Questions of a file, as they are written there: an input may hold what a parser would change. */
function questionsOf(file) {
  const lines = readFileSync(folder + file, 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('{"id"')).map((line) => line.replace(/,$/, ''));
}

let asked = 0;

for (const file of files) {
  const questions = questionsOf(file);
  const cases = questions.map((line) => JSON.parse(line));
  // What is left is for hosts: scripts, configurations, processes.
  if (!cases.length || !cases.every(({ op }) => /^[a-z0-9-]+\.(?!run$)|^(replay|caller-ids)\.run$/.test(op ?? ''))) continue;
  asked += cases.length;
  test(`vectors of ${file}`, async () => {
    const answers = await conform(`${questions.join('\n')}\n`);
    assert.equal(answers.length, cases.length);
    cases.forEach(({ id, rule, expect }, index) => {
      const answer = JSON.parse(answers[index]);
      const message = `${id}: ${answers[index]}`;
      assert.equal(answer.id, id, message);
      if (rule?.includes('0-7')) assert.doesNotMatch(answers[index], /planted/, `${id} tells what it must not`);
      if (expect.error) assert.equal(answer.error?.code, expect.error, message);
      else holds(answer.ok, expect, message);
    });
  });
}

test('no vector is passed over unnoticed', () => assert.ok(asked > 8000, String(asked)));

/** `ok` may hold more members than are expected. */
function holds(ok, expected, message) {
  assert.ok(ok, message);
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'codes') {
      for (const row of value) assert.ok(ok.codes.some((one) => one.code === row.code && one.advice === row.advice), `${message} ${row.code}`);
    } else assert.deepEqual(ok[name] ?? null, value, message);
  }
}
