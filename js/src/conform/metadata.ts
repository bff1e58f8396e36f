/** Renderings of a snapshot, and the extras of a configuration. */

import { internal } from '../error.js';
import type { Dropped } from '../generated/types.js';
import { Raw, objectOf } from './answer.js';
import { attempt, byBytes, option, raw, sorted, struct, text } from './json.js';
import { wholeOperation } from './operation.js';
import { additionsOf, executionOf, snapshotOf } from './snapshot.js';

/** What follows from the snapshot; with `additions`, everything that the endpoint takes. No rendering depends on the provider (1-20). */
export const render = wholeOperation(
  struct({ snapshot: raw, kind: option(text), transport: option(text), execution: option(raw), additions: option(raw) }),
  (driver, input) => {
    const { snapshot, kind } = snapshotWith(input.snapshot, input.execution);
    const additions = input.additions === undefined ? undefined : additionsOf(input.additions);
    const asked = input.kind ?? kind;
    const transport = transportOf(input.transport ?? 'responses');
    const rendering = driver.guest.metadata.render(snapshot, asked === 'none' ? undefined : asked, transport, additions);
    return {
      canonical: rendering.canonical,
      client_metadata: objectOf(byBytes(new Map(rendering.clientMetadata))),
      headers: rendering.headers,
      dropped: dropped(rendering.dropped),
      prompt_cache_key: rendering.promptCacheKey,
    };
  },
);

export const renderForTools = wholeOperation(struct({ snapshot: raw, execution: option(raw) }), (driver, input) => {
  const { snapshot } = snapshotWith(input.snapshot, input.execution);
  const rendering = driver.guest.metadata.render(snapshot, undefined, 'mcp', undefined);
  return { meta: rawOf(rendering.canonical, 'the object for a tool server is no JSON'), dropped: dropped(rendering.dropped) };
});

export const checkExtras = wholeOperation(struct({ configured_extras: sorted(text) }), (driver, input) => {
  driver.guest.metadata.checkExtras(input.configured_extras);
  return {};
});

/** The component's name of a transport. Table 1D has titles where others have names, so what these are likely to be is read too. */
function transportOf(asked: string): string {
  const name = asked.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[_ /]/g, '-');
  return Object.keys(OTHER_NAMES).find((known) => OTHER_NAMES[known]?.includes(name)) ?? name;
}

const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  responses: ['http', 'http-responses'],
  'websocket-preconnect': ['preconnect', 'websocket-handshake-preconnect', 'websocket-handshake-preconnect-only'],
  'websocket-handshake': ['handshake', 'websocket-handshake-request', 'websocket-handshake-opened-by-a-request'],
  'websocket-message': ['websocket', 'response.create', 'websocket-message-response.create'],
  'legacy-compact': ['compact', 'legacy-compaction', 'responses-compact'],
  'compact-v2': ['compaction-v2', 'responses-compaction-v2'],
  'memories-summarize': ['summarize', 'memories-trace-summarize', 'trace-summarize'],
  mcp: ['mcp-tool-call', 'tool-call'],
};

/** Something that was left out, as the driver writes it. */
export function dropped(found: readonly Dropped[]) {
  return found.map(({ name, reason }) => ({ name, reason }));
}

/** JSON of the component as it is. */
export function rawOf(json: string | undefined, otherwise: string): Raw {
  const value = json === undefined ? undefined : attempt(json, raw);
  if (value === undefined) throw internal(otherwise);
  return new Raw(value);
}

/** What runs the request may stand beside the snapshot. */
function snapshotWith(json: string, execution: string | undefined) {
  const { snapshot, kind } = snapshotOf(json);
  return { snapshot: execution === undefined ? snapshot : { ...snapshot, execution: executionOf(execution) }, kind };
}
