/** Pure decisions: scope, rejected requests, clock skew. */

import { utf8 } from './bytes.js';
import { array, attempt, bool, either, i64, option, sorted, struct, text, u16, u32 } from './json.js';
import { operation } from './operation.js';

export const decideScope = operation(
  struct({
    scope: text,
    provider: text,
    policy: text,
    login: text,
    state: text,
    fallback: option(bool),
    can_register: option(bool),
    failure: option(text),
  }),
  (driver, { can_register: canRegister = true, fallback = false, ...input }) => {
    const decision = driver.guest.agents.decideScope({ ...input, fallback, canRegister });
    return { row: decision.row, result: decision.outcome, code: decision.code, engage_fallback: decision.engageFallback };
  },
);

export const measureSkew = operation(
  struct({ sent_ms: i64, received_ms: i64, date: option(text), age: option(text), offset_ms: option(i64), threshold_s: option(u32) }),
  (driver, input) => {
    const { skewMs, used } = driver.guest.agents.measureSkew({
      sentMs: input.sent_ms,
      receivedMs: input.received_ms,
      date: input.date,
      age: input.age,
      offsetMs: input.offset_ms ?? 0n,
      thresholdS: input.threshold_s,
    });
    return { skew_ms: skewMs, used };
  },
);

const PAIR = array(text);

/** Header fields as pairs or as an object. */
const headers = either<[string, string][]>(
  (json) => {
    const found = attempt(json, array(PAIR));
    return found?.every((pair) => pair.length === 2) ? (found as [string, string][]) : undefined;
  },
  (json) => attempt(json, sorted(text)),
);

export const classifyRejection = operation(
  struct({
    status: option(u16),
    headers: option(headers),
    body: option(text),
    sent_ms: option(i64),
    received_ms: option(i64),
    offset_ms: option(i64),
    threshold_s: option(u32),
  }),
  (driver, input) => {
    const field = (name: string) => input.headers?.find(([found]) => found.toLowerCase() === name)?.[1];
    // Without both clock readings there is nothing to measure a skew by.
    const isTimed = input.sent_ms !== undefined && input.received_ms !== undefined;
    const facts = {
      status: input.status,
      date: isTimed ? field('date') : undefined,
      age: field('age'),
      body: utf8(input.body ?? ''),
      sentMs: (isTimed && input.sent_ms) || 0n,
      receivedMs: (isTimed && input.received_ms) || 0n,
    };
    const judged = driver.guest.agents.classifyResponse(facts, input.offset_ms ?? 0n, input.threshold_s);
    return { class: judged.class, code: judged.code, action: judged.action, skew_ms: judged.skewMs };
  },
);
