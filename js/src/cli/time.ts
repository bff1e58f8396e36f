/** Instants and spans as people read them: timestamps as assertions write them (I3), and `3 min 4 s`. */

import { timestampSeconds } from '../conform/instant.js';

/** `YYYY-MM-DDThh:mm:ssZ` of Unix seconds, for the years 1970 to 9999. */
export function timestamp(unixS: number): string {
  return `${new Date(unixS * 1000).toISOString().slice(0, 19)}Z`;
}

/** Unix seconds of `YYYY-MM-DDThh:mm:ssZ`. */
export function unixSeconds(text: string): number | undefined {
  const seconds = timestampSeconds(text);
  return seconds === undefined || seconds < 0n ? undefined : Number(seconds);
}

/** A span in at most two units: `12 s`, `3 h 4 min`, `2 days`. */
export function span(seconds: number): string {
  const whole = (unit: number) => Math.floor(seconds / unit);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${whole(60)} min ${seconds % 60} s`;
  if (seconds < 172_800) return `${whole(3600)} h ${whole(60) % 60} min`;
  return `${whole(86_400)} days`;
}

/** How long ago, in words: `12 s ago`, `3 h 4 min ago`, `in 5 s`. */
export function ago(seconds: number): string {
  return seconds < 0 ? `in ${span(-seconds)}` : `${span(seconds)} ago`;
}
