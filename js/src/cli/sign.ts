/** `agent-identity sign` */

import type { Context } from './context.js';
import { AUTHAPI_BASE, type Command } from './describe.js';
import { Enrolled } from './enrolled.js';

export const SIGN: Command = {
  name: 'sign',
  about: 'Build the header of one request and print it',
  more: "Prints the value of `Authorization`, good for this second's request. The header is a credential until it expires: pass it on through a pipe or a file, not as an argument.",
  options: [
    { name: 'kind', value: 'KIND', help: 'Kind of the reference: thread, opaque, url, run or background', default: 'run' },
    { name: 'value', value: 'TEXT', help: 'The reference itself: a UUID for thread, a URL for url, any text for opaque', takesDashes: true },
    { name: 'task-id', value: 'ID', help: 'Sign for this task instead of a registered one', conflicts: ['kind', 'value'] },
    { name: 'fields', help: "Print all header fields as `Name: value`, the account's included" },
    AUTHAPI_BASE,
  ],
  examples: `\
Examples:
  agent-identity sign
  agent-identity sign --fields | curl --header @- https://api.example/v1/models
  agent-identity sign --kind thread --value 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b`,
};

export async function sign(context: Context): Promise<void> {
  const { given, output } = context;
  const enrolled = await Enrolled.open(context);
  const { reference, taskId } = await taskOf(context, enrolled);
  const headers = await enrolled.agent.authorize(reference);
  if (output.isJson) {
    output.json({ headers: Object.fromEntries(headers), task_id: taskId, external_task_ref: reference ?? null });
    return;
  }
  for (const [name, value] of headers) {
    if (given.has('fields')) output.line(`${name}: ${value}`);
    else if (name === 'Authorization') output.line(value);
  }
}

async function taskOf(context: Context, enrolled: Enrolled): Promise<{ reference: string | undefined; taskId: string }> {
  const { given } = context;
  const named = given.text('task-id');
  if (named !== undefined) {
    enrolled.agent.adoptTask(undefined, named);
    return { reference: undefined, taskId: named };
  }
  const { TaskRef } = await context.component();
  const reference = TaskRef.normalize({ kind: given.some('kind'), value: given.text('value') });
  return { reference, taskId: await enrolled.task(reference) };
}
