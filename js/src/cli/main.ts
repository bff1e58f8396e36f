/**
 * The command line `agent-identity` of the package: the same words, options, exit codes and errors as the Rust program's.
 *
 * Secrets come from a file, standard input or the home folder, never from an argument: arguments can be read by every process of the
 * machine.
 */

import { AgentIdentityError } from '../error.js';
import { VERSION } from '../generated/build.js';
import { type Asked, UsageError, readArguments } from './arguments.js';
import { Context } from './context.js';
import type { Command } from './describe.js';
import { DOCTOR, doctor } from './doctor.js';
import { EXIT, type Exit, Failure } from './failure.js';
import { helpOf, helpOfProgram } from './help.js';
import { systemText } from './input.js';
import { INSPECT, inspect } from './inspect.js';
import { KEYGEN, keygen } from './keygen.js';
import { Output } from './output.js';
import { SIGN, sign } from './sign.js';
import { VERIFY, verify } from './verify.js';

const CONFORM: Command = {
  name: 'conform',
  about: 'Answer conformance questions, one JSON line each, until the input ends',
  more: 'Everything goes through the component. Questions and answers are those of the published conformance kit.',
  options: [],
  examples: `\
Example:
  echo '{"id":1,"op":"version","input":{}}' | agent-identity conform`,
};

/** It is loaded only when it is asked for. */
const conform = async () => (await import('../conform/cli.js')).conform();

const COMMANDS: readonly (readonly [Command, (context: Context) => Promise<void>])[] = [
  [SIGN, sign],
  [VERIFY, verify],
  [INSPECT, inspect],
  [KEYGEN, keygen],
  [CONFORM, conform],
  [DOCTOR, doctor],
];

/** Runs the program and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  process.stdout.on('error', unwritable);
  const plain = new Output(args.includes('--json'), true);
  let asked: Asked;
  try {
    asked = readArguments(args, COMMANDS.map(([command]) => command));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return misused(error, plain);
  }
  if (asked.what === 'version') plain.line(`agent-identity ${VERSION}`);
  else if (asked.what === 'help') plain.line(asked.command ? helpOf(asked.command, asked.isLong) : programHelp());
  else return run(asked, new Context(asked.given));
  return EXIT.success;
}

async function run({ command }: Extract<Asked, { what: 'run' }>, context: Context): Promise<Exit> {
  try {
    await COMMANDS.find(([{ name }]) => name === command.name)?.[1](context);
    return EXIT.success;
  } catch (error) {
    return Failure.of(error).report(context.output);
  }
}

/** A reader that has seen enough is no failure. */
function unwritable(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.success);
  const message = `standard output cannot be written: ${systemText(error)}`;
  process.exit(Failure.of(new AgentIdentityError('store-write-failed', 'back-off', message)).report(new Output(false, false)));
}

function misused({ message, isBare }: UsageError, output: Output): Exit {
  if (output.isJson) {
    const [first = ''] = message.split('\n');
    output.json({ error: { code: 'usage', advice: 'fix-config', message: first, next: 'see: agent-identity help' } });
  } else if (isBare) output.tell(programHelp());
  else output.tell(`error: ${message}\n\nFor more information, try '--help'.`);
  return EXIT.usage;
}

function programHelp(): string {
  return helpOfProgram(COMMANDS.map(([command]) => command));
}
