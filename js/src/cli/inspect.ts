/** `agent-identity inspect` */

import type { Context } from './context.js';
import { AUTHAPI_BASE, type Command, u32 } from './describe.js';
import { Source } from './input.js';
import { showRecent } from './inspect/recent.js';
import { Facts } from './output.js';
import { ago, unixSeconds } from './time.js';

const OF_RECENT = { requires: 'recent', value: 'ID' } as const;

export const INSPECT: Command = {
  name: 'inspect',
  about: 'Show what is in a header, or what reached a backend of your own',
  more: 'Decodes an AgentAssertion header; nothing is verified. A header is a credential, so it is read from a file or standard input, and what is printed is not enough to build it again. With --recent, asks a running `serve` for the requests that came to its model endpoints lately and shows them field by field: header fields, flat client metadata, body. Credentials and the conversation are not among what it keeps.',
  options: [
    {
      name: 'header',
      value: 'FILE|-',
      help: 'File with the header, or - for standard input',
      default: '-',
      isPositional: true,
      conflicts: ['recent'],
    },
    { name: 'recent', help: 'Show the requests that `serve` got last' },
    { name: 'session', help: 'Only those of this session', ...OF_RECENT },
    { name: 'thread', help: 'Only those of this thread', ...OF_RECENT },
    { name: 'turn', help: 'Only those of this turn', ...OF_RECENT },
    { name: 'limit', help: 'The last so many of them', ...OF_RECENT, value: 'N', default: '20', check: u32 },
    AUTHAPI_BASE,
  ],
  examples: `\
Examples:
  agent-identity sign | agent-identity inspect
  agent-identity inspect captured-header
  agent-identity inspect --recent
  agent-identity inspect --recent --thread 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b --json`,
};

export async function inspect(context: Context): Promise<void> {
  await (context.given.has('recent') ? showRecent(context) : showHeader(context));
}

async function showHeader(context: Context): Promise<void> {
  const { given, output } = context;
  const { Assertion } = await context.component();
  const header = await new Source(given.some('header')).readHeader(output);
  const { agentRuntimeId, taskId, timestamp, signature } = Assertion.parse(header);
  const signed = unixSeconds(timestamp);
  const age = signed === undefined ? undefined : Math.floor(Date.now() / 1000) - signed;
  const text = `${agentRuntimeId}:${taskId}:${timestamp}`;
  const start = Buffer.from(signature.subarray(0, 4)).toString('hex');
  output.facts(
    new Facts()
      .with('scheme', 'AgentAssertion')
      .with('agent_runtime_id', agentRuntimeId, counted(agentRuntimeId))
      .with('task_id', taskId, counted(taskId))
      .with('timestamp', timestamp)
      .with('age_s', age, age === undefined ? '' : ago(age))
      .with('usual_window', age === undefined ? undefined : windowOf(age))
      .with('signed_text', text, counted(text))
      .with('signature', `${start}… (${signature.length} bytes, not verified)`)
      .with('header_length', header.length, `${header.length} characters`),
  );
}

function windowOf(age: number): string {
  if (age > 300) return 'expired';
  return age < -10 ? 'not yet valid' : 'within 300 s';
}

function counted(text: string): string {
  return `${text} (${Buffer.byteLength(text)} bytes)`;
}
