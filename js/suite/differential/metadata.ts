/** Inputs of operations of request metadata. */

import type { Draws } from '../random.js';
import { type Maker, hex, maybe, milliseconds, text, url, uuid } from './values.js';

const snapshot = (draws: Draws) => ({
  installation_id: maybe(draws, () => uuid(draws)),
  session_id: draws.one([uuid(draws), text(draws)]),
  thread_id: draws.one([uuid(draws), text(draws)]),
  turn_id: maybe(draws, () => text(draws)),
  window_id: maybe(draws, () => `${text(draws, 6)}:${draws.below(9)}`),
  window_number: maybe(draws, () => draws.below(9)),
  agent_name: maybe(draws, () => text(draws)),
  parent_thread_id: maybe(draws, () => uuid(draws)),
  session_source: maybe(draws, () => draws.one(['cli', 'vscode', 'exec', { subagent: 'review' }, { custom: text(draws) }, { subagent: { other: text(draws) } }, text(draws)])),
  extras: maybe(draws, () => Object.fromEntries(Array.from({ length: draws.below(4) }, () => [text(draws, 8), draws.one([text(draws), draws.below(9), null, true])]))),
});

export const METADATA: Readonly<Record<string, Maker>> = {
  'metadata.render': (draws) => ({
    snapshot: snapshot(draws),
    kind: draws.one(['turn', 'prewarm', 'memory', 'none', null, text(draws)]),
    transport: draws.one(['responses', 'websocket-handshake', 'websocket_message', 'HTTP', 'Legacy Compaction', 'legacy-compact', 'compact-v2', 'memories-summarize', text(draws)]),
    provider_name: draws.one(['OpenAI', 'azure', text(draws)]),
  }),
  'metadata.mcp': (draws) => ({ snapshot: snapshot(draws), execution: maybe(draws, () => ({ model: text(draws) })) }),
  'extras.check': (draws) => ({ configured_extras: snapshot(draws).extras ?? {} }),
  'git-url.sanitize': (draws) => ({ url: url(draws) }),
  'git-url.same': (draws) => ({ a: url(draws), b: url(draws) }),
  'user-agent.render': (draws) => ({
    originator: text(draws),
    version: text(draws, 8),
    os: text(draws),
    os_version: text(draws, 8),
    arch: draws.one(['x86_64', 'arm64', text(draws)]),
    terminal: text(draws),
    suffix: maybe(draws, () => text(draws)),
  }),
  'installation-id.parse': (draws) => ({ text: maybe(draws, () => draws.one([uuid(draws), `${uuid(draws)}\n`, text(draws, 50)]), 0.9), random_hex: hex(draws, 16) }),
  'attestation.envelope': (draws) => ({ status: draws.one([0, 1, 2, 3, 200, draws.below(300)]), token: maybe(draws, () => text(draws, 30)) }),
  'item-ids.assign': (draws) => ({
    items: Array.from({ length: draws.below(4) }, () => ({ type: draws.one(['message', 'reasoning', 'function_call', text(draws)]), id: maybe(draws, () => text(draws)) })),
    enabled: draws.chance(0.8),
    now_ms: milliseconds(draws),
    random_hex: hex(draws, 40),
  }),
};
