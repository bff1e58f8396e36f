/** Requests for people: a heading each, and a line for each field. */

import { isObject } from '../home.js';
import { paint, sorted, visible } from '../output.js';
import { timestamp } from '../time.js';

type Row = readonly [name: string, text: string];
type Members = Record<string, unknown>;

export function tableOf(requests: readonly unknown[]): string {
  return requests.map((request) => block(membersOf(request))).join('\n\n');
}

function block(request: Members): string {
  const rows = rowsOf(request);
  const length = (text: string) => [...text].length;
  const width = Math.max(0, ...rows.map(([name]) => length(name)));
  const lines = rows.map(([name, text]) => `  ${name}${' '.repeat(width - length(name))}  ${text}`);
  return [paint.bold(heading(request)), ...lines].join('\n');
}

function heading(request: Members): string {
  const received = Number(request['received_at_unix_ms'] ?? 0);
  const parts = ['transport', 'endpoint', 'verdict'].map((name) => plain(request[name] ?? null));
  return [`#${String(request['number'])}`, timestamp(Math.floor(received / 1000)), ...parts].join('  ');
}

function rowsOf(request: Members): Row[] {
  const rows: Row[] = [];
  for (const name of ['agent_runtime_id', 'task_id', 'external_task_ref', 'account_id', 'websocket']) {
    const value = request[name] ?? null;
    if (value !== null) rows.push([name.replaceAll('_', ' '), plain(value)]);
  }
  for (const [name, field] of entriesOf(request['headers'])) {
    rows.push([`header ${visible(name)}`, told(membersOf(field))], ...inside(membersOf(field)));
  }
  for (const [name, field] of entriesOf(request['client_metadata'])) {
    if (!isObject(field)) continue;
    rows.push([`flat ${visible(name)}`, told(field)]);
    if (field['equal'] !== true) rows.push(...inside(field));
  }
  const wrong = membersOf(request['client_metadata'])['error'];
  if (typeof wrong === 'string') rows.push(['flat map', wrong]);
  for (const [name, value] of entriesOf(request['body'])) {
    if (!['members', 'input_items', 'traces'].includes(name)) rows.push([`body ${visible(name).replaceAll('_', ' ')}`, plain(value)]);
  }
  return rows;
}

/** The members of a canonical string, which is one field. */
function inside(field: Members): Row[] {
  return entriesOf(field['json']).map(([name, value]) => [`  ${visible(name)}`, plain(value)]);
}

function told(field: Members): string {
  const is = (name: string, yes: string, no: string) => (typeof field[name] === 'boolean' ? [field[name] ? yes : no] : []);
  const { present, text, error, count, status, canonical = null, token_length: token } = field;
  if (present === true) return 'present, not shown';
  if (typeof text === 'string' && canonical !== null) {
    const facts = [is('ascii', 'ASCII', 'not ASCII'), is('canonical', 'canonical', 'not canonical')];
    const equal = is('equal', "equal to the header's", "other than the header's");
    return [`${Buffer.byteLength(text)} bytes`, ...facts.flat(), ...equal, ...(typeof error === 'string' ? [error] : [])].join(', ');
  }
  if (typeof text === 'string') return visible(text) + (typeof count === 'number' ? ` (first of ${count})` : '');
  if (typeof error === 'string') return error;
  const ofToken = typeof token === 'number' ? [`a token of ${token} bytes, not shown`] : [];
  return [...(typeof status === 'string' ? [status] : []), ...ofToken, ...is('canonical', 'canonical', 'not canonical')].join(', ');
}

function plain(value: unknown): string {
  return visible(typeof value === 'string' ? value : JSON.stringify(sorted(value)));
}

function membersOf(value: unknown): Members {
  return isObject(value) ? value : {};
}

/** In order of the names, as the Rust program shows them. */
function entriesOf(value: unknown): [string, unknown][] {
  return Object.entries(membersOf(sorted(value)));
}
