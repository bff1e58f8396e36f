/** The time a question is asked at. */

import { configInvalid } from '../error.js';
import { i64, option, text } from './json.js';

/** The members that tell it. */
export const TIME = { now_ms: option(i64), now: option(text) };

export interface Time {
  readonly now_ms: bigint | undefined;
  readonly now: string | undefined;
}

/** Unix milliseconds, from `now_ms` or `now`. One of them must be there where an operation needs the time. */
export function askedAt({ now_ms: ms, now }: Time): bigint {
  if (ms !== undefined && now !== undefined) throw configInvalid('`input` has both `now_ms` and `now`; give one');
  if (ms !== undefined) return ms;
  if (now === undefined) throw configInvalid("`input` lacks the member `now_ms`; nothing reads the machine's clock");
  const found = millisecondsOf(now);
  if (found === undefined) throw configInvalid('`now` is no RFC 3339 time with at most three decimals');
  return BigInt(found);
}

/** Unix milliseconds of an RFC 3339 time with up to three decimals of a second. */
function millisecondsOf(time: string): number | undefined {
  const [, dateTime, fraction = '', zone] = /^(.{19})(?:\.(\d{1,3}))?(Z|[+-]\d\d:\d\d)$/i.exec(time) ?? [];
  const seconds = dateTime === undefined ? undefined : secondsOf(dateTime);
  const offset = zone === undefined ? undefined : zoneSeconds(zone);
  if (seconds === undefined || offset === undefined) return undefined;
  return (seconds - offset) * 1000 + Number(fraction.padEnd(3, '0'));
}

/** Unix seconds of the wire form `YYYY-MM-DDThh:mm:ssZ`. */
export function timestampSeconds(timestamp: string): bigint | undefined {
  const seconds = /^.{10}T.{8}Z$/.test(timestamp) ? secondsOf(timestamp.slice(0, 19)) : undefined;
  return seconds === undefined ? undefined : BigInt(seconds);
}

/** Of `YYYY-MM-DDThh:mm:ss`. */
function secondsOf(dateTime: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/i.exec(dateTime)?.slice(1).map(Number);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  // The calendar of `Date` has years below 100 as those of the 20th century, unless they are set.
  const date = new Date(Date.UTC(2000, month - 1, 1));
  date.setUTCFullYear(year, month - 1, day);
  const isReal = month >= 1 && month <= 12 && day >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isReal || hour > 23 || minute > 59 || second > 59) return undefined;
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second;
}

/** Offset of `Z` or `±hh:mm`. */
function zoneSeconds(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}
