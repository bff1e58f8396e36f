// The scripts of tests/vectors/lifecycle.json: what is asked of the network when, what is reported, what is kept.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HostError, load } from '../dist/node.js';
import { World, settle } from './world.mjs';

const component = await load();
const { cases } = JSON.parse(readFileSync(new URL('../../tests/vectors/lifecycle.json', import.meta.url), 'utf8'));

for (const one of cases) {
  test(one.id, async () => {
    const program = new Program(one.input);
    for (const [number, step] of one.input.steps.entries()) {
      const place = `step ${number}: ${JSON.stringify(step)}`;
      for (const [member, value] of Object.entries(step)) await program[member]?.(value, step, place);
    }
    program.stored(one.expect.documents, {}, 'at the end');
  });
}

/** A program that uses the package as its users do; its methods are the members of a step. */
class Program {
  #world;
  #config;
  #enrollment;
  #calls = new Map();
  #taken = new Map();

  constructor(input) {
    this.#world = new World(input);
    this.#config = input.config;
    this.restart();
  }

  restart() {
    const { authapi_base: authapiBase, jwks_url: jwksUrl, source, os, agent_version: agentVersion, correct_clock: correctClock } = this.#config;
    this.#calls.clear();
    this.#taken.clear();
    this.#enrollment = component.with(this.#world.host).Enrollment.open({
      authapiBase,
      jwksUrl,
      description: { source, os, agentVersion },
      correctClock,
      onEvent: (event) => this.#world.events.push(event),
    });
  }

  async call(name, { do: act, conversation }) {
    const stop = new AbortController();
    const call = { stop };
    this.#calls.set(name, call);
    this.#perform(act, { conversation, signal: stop.signal }).then(
      (ok) => (call.outcome = { ok }),
      (error) => (call.outcome = { error }),
    );
    await settle();
  }

  async give_up(name) {
    this.#calls.get(name).stop.abort();
    await settle();
  }

  request(expected, { of }, place) {
    const { requests } = this.#world;
    const at = requests.findIndex(({ what }) => isDeepEqual(seenRequest(what), expected));
    assert.ok(at >= 0, `${place}\nwhat waits is ${JSON.stringify(requests.map(({ what }) => seenRequest(what)))}`);
    this.#taken.set(of, requests.splice(at, 1)[0]);
  }

  async answer({ status, headers, body }, { of }) {
    this.#taken.get(of).resolve({ status, headers, body: Uint8Array.from(Buffer.from(body)), truncated: false });
    await settle();
  }

  async failure(failure, { of }) {
    this.#taken.get(of).reject(new HostError(failure, 'of the test'));
    await settle();
  }

  async sleep_ms(ms, _, place) {
    this.#world.advance(ms);
    const { sleeps } = this.#world;
    const at = sleeps.findIndex(({ what }) => what === ms);
    assert.ok(at >= 0, `${place}: no such wait among ${sleeps.map(({ what }) => what)}`);
    sleeps.splice(at, 1)[0].resolve();
    await settle();
  }

  returns(expected, { of }, place) {
    const { outcome } = this.#calls.get(of);
    assert.ok(outcome, `${place}: it is under way`);
    const error = outcome.error && {
      code: outcome.error.code,
      advice: outcome.error.advice,
      status: outcome.error.status ?? null,
      attempts: outcome.error.attempts ?? null,
      retry_after_s: outcome.error.retryAfterS ?? null,
      cause: outcome.error.cause ?? null,
      from_cooldown: outcome.error.fromCooldown,
    };
    contains(error ? { error } : outcome, expected, `${place}\nit returned ${JSON.stringify(error ?? outcome)} ${outcome.error?.stack}`);
  }

  events(expected, _, place) {
    const seen = this.#world.events.splice(0);
    assert.ok(seen.every(({ keyDigest }) => /^[0-9a-f]{16}$/.test(keyDigest)), place);
    // A task that the agent knows is handed out without a word.
    const isTold = ({ kind, subject }) => !(kind === 'reused' && (subject ?? 'task') === 'task');
    const [told, wanted] = [seen.filter(isTold).map(seenEvent), expected.filter(isTold)];
    assert.equal(told.length, wanted.length, `${place}\nthe events were ${JSON.stringify(told)}`);
    wanted.forEach((event, index) => contains(told[index], event, `${place}\nthe events were ${JSON.stringify(told)}`));
  }

  cells(expected, _, place) {
    for (const { ref, task } of expected) assert.equal(this.#enrollment.agent?.task(ref ?? undefined) ?? null, task, place);
  }

  agent(expected, _, place) {
    assert.equal(this.#enrollment.agent?.agentRuntimeId ?? null, expected, place);
  }

  stored(expected, _, place) {
    for (const [name, document] of Object.entries(expected)) assert.deepEqual(this.#world.read(name), document, `${place}: ${name}`);
  }

  advance_ms(ms) {
    this.#world.advance(ms);
  }

  wall_ms(ms) {
    this.#world.setWall(ms);
  }

  random(byte) {
    this.#world.repeat(byte);
  }

  storage(state) {
    this.#world.storageState = state;
  }

  write(documents) {
    for (const [name, document] of Object.entries(documents)) this.#world.write(name, document);
  }

  async #perform(act, options) {
    const [[kind, what]] = Object.entries(act);
    const told = (agent) => ({ agent: agent.agentRuntimeId });
    switch (kind) {
      case 'bootstrap':
        return told(
          await this.#enrollment.bootstrap(
            {
              accountId: what.account_id,
              chatgptUserId: what.chatgpt_user_id,
              email: what.email ?? undefined,
              planType: what.plan_type,
              fedramp: what.fedramp,
              accessToken: what.access_token,
            },
            options,
          ),
        );
      case 'login':
        return told(await this.#enrollment.login(what, options));
      case 'load':
        return told(await this.#enrollment.load(options));
      case 'logout':
        await this.#enrollment.logout(options);
        return {};
      default: {
        const { agent } = this.#enrollment;
        const ref = what.ref ?? undefined;
        const task = what.refused == null ? agent.ensureTask(ref, options) : agent.replaceTask(ref, what.refused, options);
        return { task: await task };
      }
    }
  }
}

function seenRequest({ method, url, headers, body }) {
  return { method, url, headers, body: Buffer.from(body).toString() };
}

function seenEvent({ kind, subject, conversation, keyDigest, attempt, delayMs, code }) {
  const members = { kind, subject, conversation, key_digest: keyDigest, attempt, delay_ms: delayMs, code };
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, value ?? null]));
}

function isDeepEqual(one, other) {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}

/** An object has at least these members; in depth. */
function contains(seen, expected, message) {
  if (typeof expected !== 'object' || expected === null) return assert.deepEqual(seen ?? null, expected, message);
  for (const [name, value] of Object.entries(expected)) contains(seen?.[name], value, message);
}
