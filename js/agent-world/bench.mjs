// The world `agent` against the first world, in one run: what a call costs, with one in flight and with many. Compare the ratios.
// Nothing is sent: a backend in memory answers at once. Needs `node scripts/build.mjs` and `node agent-world/build.mjs` before.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { MemoryStorage } from '../dist/hosts/memory.js';
import { systemClock, systemRandom, systemSleep } from '../dist/hosts/system.js';
import { load } from '../dist/node.js';
import { instantiate } from '../build/agent-world/index.js';

const MANY = 1000;
const ROUNDS = 7;

const file = (name) => new URL(`../build/agent-world/${name}`, import.meta.url);
const http = {
  send: async ({ url }) => {
    const body = url.endsWith('/v1/agent/register') ? '{"agent_runtime_id":"agent-123"}' : '{"task_id":"task-123"}';
    return { status: 200, headers: [], body: new TextEncoder().encode(body), truncated: false };
  },
};
const host = () => ({ http, storage: new MemoryStorage(), clock: systemClock, random: systemRandom, sleep: systemSleep });

const first = (await load()).with(host());
const second = await instantiate(async (name) => WebAssembly.compile(readFileSync(file(name))), host());

const seed = new Uint8Array(32).fill(7);
const ofFirst = first.Agent.open({ agentRuntimeId: 'agent-123', key: first.Key.import('seed', seed), authapiBase: 'https://auth.example' });
const given = { agentRuntimeId: 'agent-123', fedramp: false, authapiBase: 'https://auth.example', correctClock: true, clockOffsetMs: 0n };
const ofSecond = second.client.Agent.open(given, second.keys.Key.import('seed', seed));
for (const agent of [ofFirst, ofSecond]) agent.adoptTask(undefined, 'task-123');

const login = { accountId: 'account-1', chatgptUserId: 'user-1', planType: 'pro', fedramp: false, accessToken: 'token' };
const description = { source: 'cli', os: 'linux' };
const config = { authapiBase: 'https://auth.example', jwksUrl: 'https://auth.example/jwks', description };

/** Each call has an installation of its own, and nothing is stored yet. */
const bootstraps = {
  first: () => load().then((component) => component.with(host()).Enrollment.open(config).bootstrap(login)),
  // One storage for all: what is stored is erased by the next one's account.
  agent: (number) => second.client.Agent.enroll({ ...config, allowedWorkspaces: [], correctClock: true }).bootstrap({ ...login, accountId: `account-${number}` }, undefined),
};

/** A thousand callers of one installation: all but one wait for the bootstrap of another (L6). */
const shared = {
  first: () => {
    const enrollment = first.with(host()).Enrollment.open(config);
    return () => enrollment.bootstrap(login);
  },
  agent: (number) => {
    const agent = second.client.Agent.enroll({ ...config, allowedWorkspaces: [], correctClock: true });
    return () => agent.bootstrap({ ...login, accountId: `account-${number}` }, undefined);
  },
};

const rows = [
  ['authorize', 2000, () => ofFirst.authorize(), () => ofSecond.authorize(undefined)],
  ['bootstrap', 50, bootstraps.first, bootstraps.agent],
];

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const µs = (begun, calls) => ((performance.now() - begun) / calls) * 1000;
let number = 0;

async function oneByOne(call, calls) {
  const begun = performance.now();
  for (let each = 0; each < calls; each += 1) await call((number += 1));
  return µs(begun, calls);
}

async function atOnce(call, calls) {
  const begun = performance.now();
  await Promise.all(Array.from({ length: calls }, () => call((number += 1))));
  return µs(begun, calls);
}

const report = [];
for (const [name, calls, ...worlds] of rows) {
  const inFlight = [[1, (call) => oneByOne(call, calls)]];
  if (name === 'authorize') inFlight.push([MANY, (call) => atOnce(call, MANY)]);
  else inFlight.push([MANY, (_, world) => atOnce(Object.values(shared)[world]((number += 1)), MANY)]);
  for (const [at, measure] of inFlight) {
    const times = worlds.map(() => []);
    for (let round = 0; round < ROUNDS; round += 1) for (const [place, call] of worlds.entries()) times[place].push(await measure(call, place));
    const [ofFirstWorld, ofAgentWorld] = times.map(median);
    report.push({ row: name, inFlight: at, firstWorldUs: ofFirstWorld, agentWorldUs: ofAgentWorld, ratio: ofAgentWorld / ofFirstWorld });
    console.log(`${name.padEnd(10)} ${String(at).padStart(5)} in flight  first ${ofFirstWorld.toFixed(1).padStart(9)} µs  agent ${ofAgentWorld.toFixed(1).padStart(9)} µs  ${(ofAgentWorld / ofFirstWorld).toFixed(1)} ×`);
  }
}
const folder = new URL('../../target/bench/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('agent-world-js.json', folder), `${JSON.stringify({ node: process.version, rows: report }, undefined, 2)}\n`);
