/** Inputs of the operations of the identity specification. */

import type { Draws } from '../random.js';
import { type Maker, base64, hex, identifier, maybe, milliseconds, seed, text, time, timestamp, url, uuid } from './values.js';

const claim = (draws: Draws) => ({
  agent_runtime_id: identifier(draws),
  task_id: identifier(draws),
  timestamp: maybe(draws, () => timestamp(draws), 0.7),
  ...time(draws),
});

const reference = (draws: Draws) => ({
  kind: draws.one(['run', 'background', 'thread', 'opaque', 'url', 'url', 'opaque', text(draws)]),
  value: maybe(draws, () => draws.one([url(draws), uuid(draws), text(draws, 60)]), 0.9),
});

const window = (draws: Draws) => ({
  max_age_s: maybe(draws, () => draws.one([1, 300, 900, 0, draws.below(2000)])),
  ahead_s: maybe(draws, () => draws.one([0, 10, 60, draws.below(100)])),
});

const date = (draws: Draws) =>
  draws.one([new Date(milliseconds(draws) % 8.64e15).toUTCString(), 'Thu, 23 Apr 2026 00:00:00 GMT', 'Thursday, 23-Apr-26 00:00:00 GMT', 'Thu Apr 23 00:00:00 2026', '0', text(draws, 30)]);

const skew = (draws: Draws) => ({
  sent_ms: milliseconds(draws),
  received_ms: milliseconds(draws),
  offset_ms: maybe(draws, () => draws.below(1_000_000) - 500_000),
  threshold_s: maybe(draws, () => draws.below(300)),
});

const json = (draws: Draws, members: Record<string, unknown>) => {
  const kept = Object.entries(members).filter(() => draws.chance(0.8));
  const whole = JSON.stringify(Object.fromEntries(kept));
  return draws.chance(0.9) ? whole : whole.slice(0, draws.below(whole.length + 1)) + text(draws, 3);
};

const header = (draws: Draws) => {
  const claims = json(draws, {
    agent_runtime_id: identifier(draws),
    task_id: identifier(draws),
    timestamp: timestamp(draws),
    signature: base64(draws, 64),
  });
  const token = btoa(String.fromCharCode(...new TextEncoder().encode(claims)));
  const url64 = draws.chance(0.9) ? token.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_') : token;
  return `${draws.one(['AgentAssertion ', 'AgentAssertion ', 'agentassertion ', 'AgentAssertion  ', 'Bearer ', ''])}${url64}`;
};

export const IDENTITY: Readonly<Record<string, Maker>> = {
  'assertion.sign': (draws) => ({ seed_hex: seed(draws), ...claim(draws) }),
  'assertion.prepare': (draws) => ({ public_key_hex: publicKey(draws), ...claim(draws) }),
  'assertion.assemble': (draws) => ({ public_key_hex: publicKey(draws), ...claim(draws), signature_base64: base64(draws, 64) }),
  'assertion.parse': (draws) => ({ header: header(draws) }),
  'assertion.verify': (draws) => ({ header: header(draws), public_key_hex: publicKey(draws), ...time(draws), ...window(draws) }),
  'registration.sign': (draws) => ({ seed_hex: seed(draws), ...claim(draws), external_task_ref: maybe(draws, () => reference(draws)) }),
  'registration.verify': (draws) => ({
    path: `/v1/agent/${encodeURIComponent(identifier(draws))}/task/register`,
    body: json(draws, { timestamp: timestamp(draws), signature: base64(draws, 64), external_task_ref: text(draws) }),
    public_key_hex: publicKey(draws),
    ...time(draws),
    ...window(draws),
  }),
  'agent-registration.body': (draws) => ({
    source: draws.one(['cli', 'vscode', 'exec', 'mcp', 'internal_x', 'subagent_y', 'unknown', text(draws)]),
    os: draws.one(['linux', 'macos', 'windows', 'web', text(draws)]),
    public_key_hex: publicKey(draws),
    agent_version: maybe(draws, () => text(draws)),
  }),
  'task-answer.read': (draws) => ({
    seed_hex: seed(draws),
    body: json(draws, { task_id: draws.one([identifier(draws), 7, null]), taskId: identifier(draws), encrypted_task_id: base64(draws, 60) }),
  }),
  'task-id.unseal': (draws) => ({ seed_hex: seed(draws), encrypted_task_id: base64(draws, 60) }),
  'task-id.seal': (draws) => ({ public_key_hex: publicKey(draws), task_id: identifier(draws), random_hex: hex(draws, 32) }),
  'task-ref.normalize': reference,
  'identifier.check': (draws) => ({ kind: draws.one(['runtime-id', 'task-id', 'timestamp']), value: draws.one([identifier(draws), timestamp(draws)]) }),
  'key.import': (draws) => draws.one([{ form: 'seed', data: seed(draws) }, { form: 'jwk', data: jwk(draws) }, { form: draws.one(['pkcs8-der', 'pkcs8-base64', 'pkcs8-pem']), data: pkcs8(draws) }]),
  'key.import-public': (draws) => draws.one([{ form: 'raw', data: publicKey(draws) }, { form: 'jwk', data: jwk(draws) }, { form: draws.one(['ssh', 'spki']), data: base64(draws, 44) }]),
  'key.generate': (draws) => ({ random_hex: hex(draws, 32) }),
  'ed25519.verify': (draws) => ({ public_key_hex: publicKey(draws), message_hex: hex(draws, draws.below(80)), signature_hex: hex(draws, 64) }),
  'replay.run': (draws) => ({
    mode: draws.one(['off', 'cap', 'strict']),
    cap: maybe(draws, () => draws.below(4)),
    ...window(draws),
    capacity: maybe(draws, () => draws.below(5)),
    events: Array.from({ length: draws.below(8) }, () => ({ now_ms: milliseconds(draws), replay_key_hex: seed(draws), timestamp: timestamp(draws) })),
  }),
  'skew.measure': (draws) => ({ ...skew(draws), date: maybe(draws, () => date(draws), 0.9), age: maybe(draws, () => String(draws.below(20)), 0.2) }),
  'rejection.classify': (draws) => ({
    status: draws.one([200, 204, 400, 401, 401, 401, 403, 429, 500, 503]),
    headers: draws.one([[['Date', date(draws)]], { date: date(draws), age: '3' }, []]),
    body: json(draws, { error: draws.one([{ code: draws.one(['task-unknown', 'assertion-expired', 'signature-invalid', text(draws)]) }, text(draws), null]) }),
    ...skew(draws),
  }),
  'scope.decide': (draws) => ({
    scope: draws.one(['first-party', 'provider', 'none', text(draws)]),
    provider: draws.one(['openai', 'azure', 'bedrock', 'other', text(draws)]),
    policy: draws.one(['require', 'prefer', 'off', text(draws)]),
    login: draws.one(['chatgpt', 'api-key', 'agent', 'none', text(draws)]),
    state: draws.one(['ready', 'missing', 'failed', text(draws)]),
    fallback: maybe(draws, () => draws.chance(0.5)),
  }),
  'base-url.resolve': (draws) => ({
    chatgpt_base_url: maybe(draws, () => url(draws)),
    authapi_override: maybe(draws, () => url(draws)),
    jwks_override: maybe(draws, () => url(draws)),
  }),
  'record.read': (draws) => ({
    auth_json: json(draws, { agent_identity: draws.one([text(draws), null, { agent_runtime_id: identifier(draws), account_id: 'a', chatgpt_user_id: 'u' }]), tokens: {} }),
    account_id: draws.one(['a', text(draws)]),
    chatgpt_user_id: draws.one(['u', text(draws)]),
  }),
};

/** Points of the curve, of small order and not, and what is none. */
function publicKey(draws: Draws): string {
  const known = ['ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c', '01'.padEnd(64, '0'), 'ff'.repeat(32), 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'];
  return draws.chance(0.7) ? draws.one(known) : hex(draws, 32);
}

function jwk(draws: Draws): unknown {
  const coordinate = () => base64(draws, 32).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return { kty: 'OKP', crv: draws.one(['Ed25519', 'Ed25519', 'X25519']), x: coordinate(), d: maybe(draws, coordinate), kid: maybe(draws, () => text(draws)) };
}

function pkcs8(draws: Draws): string {
  const der = btoa(`\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20${String.fromCharCode(...draws.bytes(32))}`);
  return draws.chance(0.5) ? der : `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
}
