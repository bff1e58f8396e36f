// The cases of the Rust program, run against the Node command: what is there before is made by the Rust program, in the same home folder.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { skip } from '../authority.mjs';
import { Workplace } from './workplace.mjs';

/** Of the help, what both programs have. */
const OF_HELP = ['the version', 'an unknown command is wrong usage', 'wrong usage is told in JSON too'];

for (const name of ['keygen', 'sign', 'verify', 'inspect', 'conform', 'doctor', 'help']) {
  const file = new URL(`../../../tests/tests/cli/${name}.toml`, import.meta.url);
  for (const one of parse(readFileSync(file, 'utf8')).case) {
    if (name !== 'help' || OF_HELP.includes(one.name)) test(`${name}: ${one.name}`, { skip }, () => run(one));
  }
}

async function run(one) {
  const place = new Workplace();
  let serve;
  try {
    for (const [name, content] of Object.entries(one.files ?? {})) place.write(name, content);
    serve = one.serve && (await place.serve(one.serve));
    const filled = (text) => fill(text, place, serve?.urls);
    for (const args of one.before ?? []) {
      const { exit, stderr } = await place.run('rust', args.map(filled));
      assert.equal(exit, 0, `${args}: ${stderr}`);
    }
    for (const [name, mode] of Object.entries(one.chmod ?? {})) chmodSync(place.path(name), Number.parseInt(mode, 8));
    const before = (one.unchanged ?? []).map((name) => place.read(name));
    const env = Object.fromEntries(Object.entries(one.env ?? {}).map(([name, value]) => [name, filled(value)]));
    const output = await place.run('node', one.args.map(filled), { stdin: filled(one.stdin ?? ''), env });
    judge(one, output, filled);
    judgeFiles(one, place);
    assert.deepEqual((one.unchanged ?? []).map((name) => place.read(name)), before);
    noSecretIn(output, place);
  } finally {
    await serve?.stop();
    place.remove();
  }
}

function judge(one, { exit, stdout, stderr }, filled) {
  const told = `\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
  assert.equal(exit, one.exit ?? 0, told);
  assert.ok(!`${stdout}${stderr}`.includes('\x1b'), 'colours without a terminal');
  if (one.stdout !== undefined) assert.equal(stdout, one.stdout, told);
  if (one.stderr !== undefined) assert.equal(stderr, one.stderr, told);
  for (const [parts, text, wanted] of [
    [one.stdout_has, stdout, true],
    [one.stdout_lacks, stdout, false],
    [one.stderr_has, stderr, true],
    [one.stderr_lacks, stderr, false],
  ]) {
    for (const part of parts ?? []) assert.equal(text.includes(part), wanted, `${JSON.stringify(part)}${told}`);
  }
  for (const [pointer, value] of Object.entries(one.json ?? {})) {
    const found = pointer.split('/').slice(1).reduce((inner, name) => inner?.[name], JSON.parse(stdout));
    assert.deepEqual(found, typeof value === 'string' ? filled(value) : value, pointer + told);
  }
}

function judgeFiles(one, place) {
  for (const name of one.absent ?? []) assert.ok(!existsSync(place.path(name)), name);
  for (const [name, mode] of Object.entries(one.modes ?? {})) assert.equal(place.mode(name), mode, name);
  for (const [name, part] of Object.entries(one.file_has ?? {})) assert.ok(place.read(name).includes(part), name);
  for (const [name, part] of Object.entries(one.file_lacks ?? {})) assert.ok(!place.read(name).includes(part), name);
}

/** K14: neither a key in the home folder nor a token is ever printed. */
function noSecretIn({ stdout, stderr }, place) {
  const record = JSON.parse(place.read('home/auth.json') ?? '{}');
  const pending = JSON.parse(place.read('home/pending-key.json') ?? '{}');
  const { agent_identity: identity, agent_identity_next: next } = record;
  const keys = [identity?.agent_private_key, next?.agent_private_key, pending.agent_private_key, identity];
  const secrets = [...keys, place.read('token')?.trim(), place.read('jwt')?.trim()].filter((one) => one && typeof one === 'string');
  // The seed is the second half of the PKCS#8 text.
  for (const secret of secrets) assert.ok(!`${stdout}${stderr}`.includes(secret.slice(secret.length / 2)), 'a secret is printed');
}

function fill(text, place, urls = {}) {
  const whole = text.replaceAll('{dir}', place.folder).replaceAll(/\{file ([^}]+)\}/g, (_, name) => place.read(name).trim());
  return ['base_url', 'authapi_base', 'responses_url', 'jwks_url'].reduce((all, name) => all.replaceAll(`{${name}}`, urls[name] ?? `{${name}}`), whole);
}
