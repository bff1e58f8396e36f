/** `agent-identity verify` */

import type { Component } from '../component.js';
import { AgentIdentityError } from '../error.js';
import type { PublicForm } from '../generated/types.js';
import type { VerifyingKey } from '../key.js';
import type { Context } from './context.js';
import { type Command, u32 } from './describe.js';
import { EXIT, Failure } from './failure.js';
import { Source } from './input.js';
import { Facts } from './output.js';
import { timestamp, unixSeconds } from './time.js';

export const VERIFY: Command = {
  name: 'verify',
  about: 'Judge a header as a server would',
  more: 'Checks signature, window and account of an AgentAssertion header against a public key. Exit code 0 means accepted, 1 refused; the verdict is the error code. Whether agent and task are registered, only the backend knows.',
  options: [
    { name: 'public-key', value: 'LINE', help: "The agent's public key", requiredUnless: 'public-key-file', conflicts: ['public-key-file'] },
    { name: 'public-key-file', value: 'FILE', help: "File with the agent's public key" },
    {
      name: 'public-form',
      value: 'FORM',
      help: 'How the public key is written',
      values: [
        ['ssh', 'The line `ssh-ed25519 AAAA…`'],
        ['jwk', 'JSON Web Key'],
        ['spki', 'SubjectPublicKeyInfo, 44 bytes of DER'],
        ['raw', '32 bytes'],
      ],
      default: 'ssh',
    },
    { name: 'header-file', value: 'FILE|-', help: 'File with the header, or - for standard input', default: '-' },
    { name: 'max-age', value: 'SECONDS', help: 'How old the header may be, 1 to 900', default: '300', check: u32 },
    { name: 'ahead', value: 'SECONDS', help: 'How far ahead its time may be, 0 to 60', default: '10', check: u32 },
    { name: 'account', value: 'ID', help: 'Account the agent is registered under', requires: 'sent-account' },
    { name: 'sent-account', value: 'ID', help: 'Value of ChatGPT-Account-ID that came with the header', requires: 'account' },
    {
      name: 'at',
      value: 'YYYY-MM-DDThh:mm:ssZ',
      help: 'Judge as of this time instead of now',
      check: (text) => (unixSeconds(text) === undefined ? 'a time is written YYYY-MM-DDThh:mm:ssZ' : undefined),
    },
  ],
  examples: `\
Examples:
  agent-identity sign | agent-identity verify --public-key "$(cat agent.pub)"
  agent-identity verify --public-key-file agent.pub --header-file captured --at 2026-04-23T00:00:05Z`,
};

export async function verify(context: Context): Promise<void> {
  const { given, output } = context;
  const component = at(await context.component(), given.text('at'));
  const key = await keyOf(context, component);
  const header = await new Source(given.some('header-file')).readHeader(output);
  const facts = { registeredAccount: given.text('account'), sentAccount: given.text('sent-account') };
  const policy = { maxAgeS: Number(given.some('max-age')), aheadS: Number(given.some('ahead')) };
  const accepted = judged(() => component.Verifier.verifyAssertion(header, key, facts, policy));
  const { agentRuntimeId, taskId, timestamp: signedAt } = component.Assertion.parse(header);
  output.facts(
    new Facts()
      .with('verdict', 'accepted')
      .with('agent_runtime_id', agentRuntimeId)
      .with('task_id', taskId)
      .with('timestamp', signedAt)
      .with('key_thumbprint', key.public().thumbprint)
      .with('replay_key', Buffer.from(accepted.replayKey).toString('hex'))
      .with('retain_until_ms', accepted.retainUntilMs, timestamp(Math.floor(accepted.retainUntilMs / 1000))),
  );
}

/** A refusal is this command's answer, so it has one exit code; a bad option keeps its own. */
function judged<T>(verifying: () => T): T {
  try {
    return verifying();
  } catch (error) {
    const isOption = !(error instanceof AgentIdentityError) || error.code === 'config-invalid';
    throw isOption ? error : Failure.of(error).withExit(EXIT.failed);
  }
}

/** With a clock that stands still. */
function at(component: Component, time: string | undefined): Component {
  const seconds = time === undefined ? undefined : unixSeconds(time);
  return seconds === undefined ? component : component.with({ clock: { now: () => seconds * 1000, monotonic: () => 0 } });
}

async function keyOf({ given, output }: Context, component: Component): Promise<VerifyingKey> {
  const form = given.some('public-form') as PublicForm;
  const line = given.text('public-key');
  const data = line === undefined ? await new Source(given.some('public-key-file')).read('a public key', output) : new TextEncoder().encode(line);
  return component.VerifyingKey.import(form, form === 'ssh' || form === 'jwk' ? trimmed(data) : data);
}

/** Without white space around it. */
function trimmed(data: Uint8Array): Uint8Array {
  const isSpace = (byte: number | undefined) => byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13 && byte !== 11);
  let [from, to] = [0, data.length];
  while (from < to && isSpace(data[from])) from += 1;
  while (to > from && isSpace(data[to - 1])) to -= 1;
  return data.slice(from, to);
}
