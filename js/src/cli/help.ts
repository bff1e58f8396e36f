/** The help of a command, as the Rust program lays it out. */

import { type Command, GLOBAL, type Option } from './describe.js';

const WIDTH = 100;
const NAME = 'agent-identity';

/** The line after `Usage:`. */
export function usageOf(command: Command | undefined): string {
  if (!command) return `${NAME} [OPTIONS] <COMMAND>`;
  const required = command.options.filter(({ isRequired }) => isRequired).map(({ name, value }) => ` --${name} <${value}>`);
  const positional = command.options.filter(({ isPositional }) => isPositional).map(({ value }) => ` [${value}]`);
  return `${NAME} ${command.name} [OPTIONS]${required.join('')}${positional.join('')}`;
}

/** The help of one command. */
export function helpOf(command: Command, isLong: boolean): string {
  const options = command.options.filter(({ isPositional }) => !isPositional);
  const other = isLong ? "Print help (see a summary with '-h')" : "Print help (see more with '--help')";
  const about = isLong ? [command.about, wrapped(command.more, '')] : [command.about];
  return [
    ...about,
    `Usage: ${usageOf(command)}`,
    ...section('Arguments:', command.options.filter(({ isPositional }) => isPositional), isLong),
    ...section('Options:', [...options, { name: 'help', short: 'h', help: other }], isLong),
    ...section('Options of every command:', GLOBAL, isLong),
    command.examples,
  ].join('\n\n');
}

/** The help of the program. */
export function helpOfProgram(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return [
    'Gives a software agent an identity: an Ed25519 key, a registration, and signed requests',
    `Usage: ${usageOf(undefined)}`,
    ['Commands:', ...rows, `  ${'help'.padEnd(width)}  Print this message or the help of the given subcommand(s)`].join('\n'),
    ...section('Options:', [{ name: 'help', short: 'h', help: 'Print help' }, { name: 'version', short: 'V', help: 'Print version' }], true),
    ...section('Options of every command:', GLOBAL, true),
    AFTER,
  ].join('\n\n');
}

const AFTER = `\
This is the command of the npm package. The Rust program of the same name has more: it makes and registers
identities, sends requests and runs a backend. Both use one home folder.

Secrets are read from a file, from standard input (\`-\`) or from the home folder, never from an argument.

Where the identity is kept (--storage):
  file        files with mode 0600 in the home folder (default)
  memory      nowhere: gone when the command ends
  keyring, encrypted
              the Rust program only
  auto, strongest
              the file, if the identity is in it; else the Rust program only

Exit codes:
  0   done                        4   wait, then repeat: network or server
  1   refused, or failed          5   correct the clock, then repeat
  2   wrong usage                 6   get a new task, then repeat
  3   correct the configuration   70  a fault of this program; report it

Environment:
  AGENT_IDENTITY_HOME          as --home
  AGENT_IDENTITY_AUTHAPI_BASE  as --authapi-base
  AGENT_IDENTITY_STORAGE       as --storage
  CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL, CODEX_AGENT_IDENTITY_JWKS_BASE_URL
                               base URLs, as for the reference client
  NO_COLOR                     no colours on a terminal`;

function section(title: string, options: readonly Option[], isLong: boolean): string[] {
  if (!options.length) return [];
  const blocks = isLong ? options.map(longOf).join('\n\n') : shortOf(options);
  return [`${title}\n${blocks}`];
}

function spelt({ name, short, value, isPositional }: Option): string {
  if (isPositional) return `  [${value}]`;
  const start = short === undefined ? '      ' : `  -${short}, `;
  return `${start}--${name}${value === undefined ? '' : ` <${value}>`}`;
}

function longOf(option: Option): string {
  const indent = ' '.repeat(10);
  const notes = [option.env && `[env: ${option.env}]`, option.default && `[default: ${option.default}]`].filter(Boolean);
  const values = option.values && !option.hidesValues ? [valuesOf(option.values, indent)] : [];
  const help = [wrapped(option.help, indent), ...values].join('\n\n');
  return `${spelt(option)}\n${[help, ...notes.map((note) => indent + note)].join(`\n${indent}\n`)}`;
}

function valuesOf(values: readonly (readonly [string, string])[], indent: string): string {
  const width = Math.max(...values.map(([name]) => name.length)) + 1;
  return [`${indent}Possible values:`, ...values.map(([name, help]) => `${indent}- ${`${name}:`.padEnd(width)} ${help}`)].join('\n');
}

function shortOf(options: readonly Option[]): string {
  const names = options.map(spelt);
  const width = Math.max(...names.map((name) => name.length));
  // Where names leave too little room, help begins on the next line.
  const isNextLine = width + 2 > WIDTH * 0.4;
  return options
    .map((option, index) => {
      const name = names[index] as string;
      const text = withNotes(option);
      if (isNextLine) return `${name}\n${wrapped(text, ' '.repeat(10))}`;
      return name.padEnd(width) + '  ' + wrapped(text, ' '.repeat(width + 2)).trimStart();
    })
    .join('\n');
}

function withNotes({ help, env, default: byDefault, values, hidesValues }: Option): string {
  const notes = [
    env && `[env: ${env}]`,
    byDefault && `[default: ${byDefault}]`,
    values && !hidesValues && `[possible values: ${values.map(([name]) => name).join(', ')}]`,
  ];
  return [help, ...notes.filter(Boolean)].join(' ');
}

/** Lines of at most 100 characters. */
function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, indent + line].join('\n');
}
