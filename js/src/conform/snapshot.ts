/**
 * Snapshots and what goes with them, read from JSON. Members are those of table 1A in snake case. All are optional, `null` is the same as
 * absent, and whether a request of a kind can be rendered without one is for the component to say (1-4).
 */

import { configInvalid } from '../error.js';
import type { Additions, Compaction, Execution, SessionSource, Snapshot, Turn, Workspace } from '../generated/types.js';
import { attempt, text, wholeCharacters } from './json.js';
import { Members } from './members.js';

/** A snapshot, and the kind of request it names. */
export function snapshotOf(json: string): { snapshot: Snapshot; kind: string | undefined } {
  const members = Members.read(wholeCharacters(json), 'the snapshot');
  const turn = turnOf(members);
  const compaction = (found: Members | undefined) => found && compactionOf(found);
  const execution = (found: Members | undefined) => found && executionOfMembers(found);
  const snapshot: Snapshot = {
    installationId: members.text('installation_id') ?? '',
    sessionId: members.text('session_id') ?? '',
    threadId: members.text('thread_id') ?? '',
    agentName: members.text('agent_name'),
    turnId: members.text('turn_id'),
    windowId: members.text('window_id') ?? '',
    windowNumber: members.unsigned('window_number'),
    contextWindowId: members.text('context_window_id'),
    forkedFromThreadId: members.text('forked_from_thread_id'),
    forkedFromOrdinalExclusive: members.unsigned('forked_from_ordinal_exclusive'),
    parentThreadId: members.text('parent_thread_id'),
    threadSource: members.text('thread_source'),
    sessionSource: sourceIn(members),
    sandbox: members.text('sandbox'),
    sandboxMode: members.text('sandbox_mode'),
    autoReviewEnabled: members.flag('auto_review_enabled'),
    workspaces: workspacesIn(members),
    analyticsEnabled: members.flag('analytics_enabled'),
    compaction: compaction(members.object('compaction')),
    configuredExtras: members.texts('configured_extras'),
    execution: execution(members.object('execution')),
    parentResponseId: members.text('parent_response_id'),
    isReviewerRequest: members.flag('is_reviewer_request', 'reviewer_request', 'reviewer') ?? false,
    turn,
  };
  return { snapshot, kind: members.text('request_kind') };
}

/** What goes with a request beside its snapshot. */
export function additionsOf(json: string): Additions {
  const members = Members.read(wholeCharacters(json), 'the additions');
  return {
    originator: members.text('originator'),
    userAgent: members.text('user_agent'),
    promptCacheKey: members.text('prompt_cache_key'),
    betaFeatures: members.list('beta_features'),
    turnState: members.text('turn_state'),
    responsesLite: members.flag('responses_lite') ?? false,
    timingMetrics: members.flag('timing_metrics') ?? false,
    usResidency: members.flag('us_residency') ?? false,
    attestation: members.text('attestation'),
    requestStartUnixMs: members.signed('request_start_unix_ms'),
    traceparent: members.text('traceparent'),
    tracestate: members.text('tracestate'),
  };
}

/** What runs a request. */
export function executionOf(json: string): Execution {
  return executionOfMembers(Members.read(wholeCharacters(json), 'the member `execution`'));
}

/** Where a session comes from, in the forms that clients write it in. */
export function sessionSourceOf(json: string): SessionSource {
  const source = readSource(wholeCharacters(json));
  if (source) return source;
  throw configInvalid('the member `session_source` names no source of a session: give `cli`, `{"subagent": kind}` or `{"internal": name}`');
}

function turnOf(members: Members): Turn {
  return {
    parentTurnId: members.text('parent_turn_id'),
    rootTurnId: members.text('root_turn_id'),
    isRootAmbiguous: members.flag('is_root_ambiguous', 'root_ambiguous') ?? false,
    turnTrigger: members.text('turn_trigger'),
    turnStartedAtUnixMs: members.signed('turn_started_at_unix_ms'),
    extras: members.texts('extras', 'turn_extras'),
    userInputRequested: members.flag('user_input_requested', 'user_input_requested_during_turn') ?? false,
  };
}

function sourceIn(members: Members): SessionSource {
  const kind = members.text('subagent_kind');
  const json = members.value('session_source');
  if (json !== undefined) return sessionSourceOf(json);
  return kind === undefined ? { tag: 'root' } : { tag: 'subagent', val: kind };
}

function workspacesIn(members: Members): Workspace[] {
  return (members.object('workspaces')?.objects() ?? []).map(([root, facts]) => ({
    root,
    associatedRemoteUrls: facts.texts('associated_remote_urls'),
    latestGitCommitHash: facts.text('latest_git_commit_hash'),
    hasChanges: facts.flag('has_changes'),
  }));
}

function compactionOf(members: Members): Compaction {
  return {
    trigger: members.requiredText('trigger'),
    reason: members.requiredText('reason'),
    implementation: members.requiredText('implementation'),
    phase: members.requiredText('phase'),
    // The only one that is sent (3-15).
    strategy: members.text('strategy') ?? 'memento',
  };
}

function executionOfMembers(members: Members): Execution {
  return {
    model: members.requiredText('model'),
    reasoningEffort: members.text('reasoning_effort'),
    autoReviewEnabled: members.flag('auto_review_enabled'),
  };
}

/** Sources that are nobody's sub-agent. */
const ROOTS = ['cli', 'vscode', 'exec', 'mcp', 'custom', 'unknown', 'app_server', 'root'];
/** Kinds of sub-agents that are known by name. */
const KINDS = ['review', 'compact', 'memory_consolidation', 'thread_spawn'];

function readSource(json: string): SessionSource | undefined {
  const name = attempt(json, text);
  if (name !== undefined) return namedSource(name);
  const [kind, value] = onlyMember(json) ?? [];
  return kind === undefined ? undefined : classed(kind, () => labelOf(value!));
}

/** A source given by a name alone. A label of a sub-agent's own needs the object form: as a name it might be anything. */
function namedSource(name: string): SessionSource | undefined {
  if (ROOTS.includes(name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))) return { tag: 'root' };
  if (KINDS.includes(name)) return { tag: 'subagent', val: name };
  const [, kind, rest] = /^([^: ]*)[: ](.*)$/s.exec(name) ?? /^([^_]*)_(.*)$/s.exec(name) ?? [];
  return kind === undefined ? undefined : classed(kind, () => rest);
}

function classed(kind: string, label: () => string | undefined): SessionSource | undefined {
  if (kind === 'custom') return { tag: 'root' };
  const tag = ['subagent', 'sub_agent', 'subAgent'].includes(kind) ? 'subagent' : kind === 'internal' ? 'internal' : undefined;
  const val = tag && label();
  return tag && val !== undefined ? { tag, val } : undefined;
}

/** A kind or name: itself, `{"other": label}`, or one with facts of its own, for example `{"thread_spawn": {…}}`. */
function labelOf(json: string): string | undefined {
  const name = attempt(json, text);
  if (name !== undefined) return name;
  const [kind, value] = onlyMember(json) ?? [];
  if (kind === 'other') return attempt(value!, text);
  return kind !== undefined && KINDS.includes(kind) ? kind : undefined;
}

function onlyMember(json: string): [string, string] | undefined {
  try {
    return Members.read(json, '').only();
  } catch {
    return undefined;
  }
}
