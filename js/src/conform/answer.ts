/** Writes answers: members in the order they are given, raw JSON as it is, integers exact. */

/** JSON that is written as it is. */
export class Raw {
  constructor(readonly json: string) {}
}

export type Value = string | number | bigint | boolean | null | undefined | Raw | readonly Value[] | { readonly [name: string]: Value };

/** A member that is left out of its object instead of being `null`. */
export const OMITTED = new Raw('');

/** The JSON text of a value; `undefined` is `null`. */
export function jsonText(value: Value): string {
  if (value === undefined || value === null) return 'null';
  if (value instanceof Raw) return value.json;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== OMITTED);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`;
}

/** The value, or nothing at all where there is none. */
export function orOmitted(value: Value): Value {
  return value === undefined ? OMITTED : value;
}

/** An object whose names may be anything, also what JavaScript would put first. */
export function objectOf(entries: readonly (readonly [string, Value])[]): Raw {
  return new Raw(`{${entries.map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(',')}}`);
}
