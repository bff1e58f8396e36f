/** Sources of sessions, turns and context windows. */

import type { TurnEvent, Window } from '../generated/types.js';
import { objectOf } from './answer.js';
import { TIME, askedAt } from './instant.js';
import { type Decoder, array, byBytes, choice, i64, name, option, raw, sorted, struct, text } from './json.js';
import { rawOf } from './metadata.js';
import { wholeOperation } from './operation.js';
import { hex } from './question.js';
import { sessionSourceOf, snapshotOf } from './snapshot.js';

export const describe = wholeOperation(struct({ session_source: option(raw), thread_source: option(text) }), (driver, input) => {
  const sessionSource = input.session_source === undefined ? ROOT : sessionSourceOf(input.session_source);
  const lineage = driver.guest.metadata.describeLineage({ sessionSource, threadSource: input.thread_source, threadId: '' });
  return {
    subagent_header: lineage.subagentHeader,
    subagent_kind: lineage.subagentKind,
    may_start_root_turn: lineage.mayStartRootTurn,
  };
});

/** What a thread goes by, whether or not it was stored with a session and a path (3-2, 3-7). */
export const restore = wholeOperation(
  struct({ thread_id: text, session_id: option(text), agent_path: option(text) }),
  (driver, { thread_id: threadId, session_id: sessionId, agent_path: agentPath }) => {
    const lineage = driver.guest.metadata.describeLineage({ sessionSource: ROOT, threadId, sessionId, agentPath });
    return { session_id: lineage.sessionId, agent_name: lineage.agentName };
  },
);

const ROOT = { tag: 'root' } as const;

/** What happens to a turn: one member, named by what it is. */
const EVENT = choice({
  parent: text,
  root: text,
  triggered: text,
  root_ambiguous: undefined,
  started: i64,
  steered: sorted(text),
  user_input_requested: undefined,
});

/** A turn after these events; nothing is known of it before. */
export const updateTurn = wholeOperation(struct({ events: array(EVENT) }), (driver, { events }) => {
  let { turn } = snapshotOf('{}').snapshot;
  for (const { tag, val } of events) {
    turn = driver.guest.metadata.updateTurn(turn, { tag: tag.replaceAll('_', '-'), val } as TurnEvent);
  }
  return {
    parent_turn_id: turn.parentTurnId,
    root_turn_id: turn.rootTurnId,
    is_root_ambiguous: turn.isRootAmbiguous,
    turn_trigger: turn.turnTrigger,
    turn_started_at_unix_ms: turn.turnStartedAtUnixMs,
    extras: objectOf(byBytes(new Map(turn.extras))),
    user_input_requested: turn.userInputRequested,
  };
});

export const resumeWindow = wholeOperation(struct({ thread_id: text, records: raw }), (driver, { thread_id: thread, records }) =>
  windowOf(driver.guest.metadata.openWindow(thread, records, false)),
);

/** How a compaction ended. */
const COMPACTION: Decoder<string> = name(['installed', 'failed', 'cancelled']);

/** The window of a new thread, or of a resumed one with these `records`, and the window after each compaction. */
export const compact = wholeOperation(
  struct({ thread_id: text, records: option(raw), compactions: array(COMPACTION), random_hex: hex, ...TIME }),
  (driver, input) => {
    driver.setClock(askedAt(input));
    driver.setRandom(input.random_hex);
    const { openWindow } = driver.guest.metadata;
    let window = openWindow(input.thread_id, input.records, false);
    const windows = [window];
    for (const compaction of input.compactions) {
      window = openWindow(input.thread_id, `[${window.record}]`, compaction === 'installed');
      windows.push(window);
    }
    return { windows: windows.map(windowOf) };
  },
);

function windowOf(window: Window) {
  return {
    window_id: window.id,
    window_number: window.number,
    context_window_id: window.contextWindowId,
    record: rawOf(window.record, 'the record of a window is no JSON'),
  };
}
