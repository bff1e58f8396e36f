/** Reads arguments as the Rust program does: the same spellings, and the same words about wrong ones. */

import type { Command, Option } from './describe.js';
import { GLOBAL } from './describe.js';
import { usageOf } from './help.js';
import { distance } from './distance.js';

/** What was given to a command. */
export class Given {
  readonly #values: ReadonlyMap<string, string>;
  readonly #explicit: ReadonlySet<string>;

  constructor(values: ReadonlyMap<string, string>, explicit: ReadonlySet<string>) {
    this.#values = values;
    this.#explicit = explicit;
  }

  /** The value of an option: the one given, that of its variable, or its default. */
  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** The value of an option that has one always. */
  some(name: string): string {
    return this.#values.get(name) ?? '';
  }

  /** Whether it stands among the arguments. */
  has(name: string): boolean {
    return this.#explicit.has(name);
  }
}

/** What the arguments ask for. */
export type Asked =
  | { readonly what: 'run'; readonly command: Command; readonly given: Given }
  | { readonly what: 'help'; readonly command: Command | undefined; readonly isLong: boolean }
  | { readonly what: 'version' };

/** Arguments that mean nothing. The first line of the message says why. */
export class UsageError extends Error {
  constructor(
    message: string,
    /** Whether nothing was asked at all, which the whole help answers. */
    readonly isBare: boolean = false,
  ) {
    super(message);
  }
}

/** Throws {@link UsageError}. */
export function readArguments(args: readonly string[], commands: readonly Command[]): Asked {
  return new Reader(commands).read(args);
}

class Reader {
  readonly #commands: readonly Command[];
  readonly #values = new Map<string, string>();
  readonly #given = new Set<string>();
  #command: Command | undefined;

  constructor(commands: readonly Command[]) {
    this.#commands = commands;
  }

  read(args: readonly string[]): Asked {
    const rest = [...args];
    let isOver = false;
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      if (!isOver && word === '--') isOver = true;
      else if (!isOver && (word === '-h' || word === '--help')) return { what: 'help', command: this.#command, isLong: word === '--help' };
      else if (!isOver && !this.#command && (word === '-V' || word === '--version')) return { what: 'version' };
      else if (!isOver && word.startsWith('-') && word !== '-') this.#option(word, rest);
      else if (this.#command) this.#positional(word);
      else if (word === 'help') return this.#help(rest);
      else this.#command = this.#named(word);
    }
    const command = this.#command;
    if (!command) throw new UsageError("'agent-identity' requires a subcommand but one was not provided", true);
    this.#judge(command);
    this.#fill([...command.options, ...GLOBAL]);
    return { what: 'run', command, given: new Given(this.#values, this.#given) };
  }

  #named(word: string): Command {
    const found = this.#commands.find(({ name }) => name === word);
    if (found) return found;
    const near = this.#commands.map(({ name }) => name).filter((name) => distance(name, word) <= 2);
    const tip = near.length ? `  tip: a similar subcommand exists: ${near.map((name) => `'${name}'`).join(', ')}\n\n` : '';
    throw this.#wrong(`unrecognized subcommand '${word}'`, tip || undefined);
  }

  #help([word]: string[]): Asked {
    return { what: 'help', command: word === undefined || word === 'help' ? undefined : this.#named(word), isLong: true };
  }

  #option(word: string, rest: string[]): void {
    const [spelt, attached] = parted(word);
    const option = this.#find(spelt);
    if (!option) throw this.#unexpected(spelt);
    if (this.#given.has(option.name)) throw this.#wrong(`the argument '${shown(option)}' cannot be used multiple times`);
    this.#given.add(option.name);
    if (option.value === undefined) {
      if (attached !== undefined) throw this.#wrong(`unexpected value '${attached}' for '${shown(option)}' found; no more were expected`);
      return;
    }
    const next = rest[0];
    const isValue = next !== undefined && (option.takesDashes || next === '-' || !next.startsWith('-'));
    if (attached !== undefined || isValue) return this.#take(option, attached ?? (rest.shift() as string));
    if (next !== undefined && !this.#find(parted(next)[0])) throw this.#unexpected(parted(next)[0]);
    throw new UsageError(`a value is required for '${shown(option)}' but none was supplied`);
  }

  #find(spelt: string): Option | undefined {
    const found = this.#known.find(({ name, short }) => spelt === `--${name}` || (short !== undefined && spelt === `-${short}`));
    return found?.isPositional ? undefined : found;
  }

  #positional(word: string): void {
    const option = this.#command?.options.find(({ name, isPositional }) => isPositional && !this.#given.has(name));
    if (!option) throw this.#unexpected(word);
    this.#given.add(option.name);
    this.#take(option, word);
  }

  #take(option: Option, text: string): void {
    const about = `invalid value '${text}' for '${shown(option)}'`;
    if (option.values && !option.values.some(([name]) => name === text)) {
      throw new UsageError(`${about}\n  [possible values: ${option.values.map(([name]) => name).join(', ')}]`);
    }
    const why = option.check?.(text);
    if (why !== undefined) throw new UsageError(`${about}: ${why}`);
    this.#values.set(option.name, text);
  }

  #judge({ options }: Command): void {
    const all = [...options, ...GLOBAL];
    const named = (name: string) => all.find((option) => option.name === name) as Option;
    for (const name of this.#given) {
      const other = named(name).conflicts?.find((one) => this.#given.has(one));
      if (other !== undefined) this.#refuseBoth(named(name), named(other));
    }
    const asked = [...this.#given].flatMap((name) => named(name).requires ?? []);
    const needed = options.filter((one) => one.isRequired || (one.requiredUnless !== undefined && !this.#given.has(one.requiredUnless)));
    const missing = [...new Set([...asked.map(named), ...needed])].filter(({ name }) => !this.#given.has(name));
    if (!missing.length) return;
    const list = missing.map((option) => `  ${shown(option)}\n`).join('');
    throw this.#wrong('the following required arguments were not provided:', list, true);
  }

  #refuseBoth(one: Option, other: Option): never {
    const [first, second] = [...this.#given].indexOf(one.name) < [...this.#given].indexOf(other.name) ? [one, other] : [other, one];
    throw this.#wrong(`the argument '${shown(first)}' cannot be used with '${shown(second)}'`);
  }

  #fill(options: readonly Option[]): void {
    for (const option of options) {
      const fromEnvironment = option.env === undefined ? undefined : process.env[option.env];
      if (this.#values.has(option.name)) continue;
      if (fromEnvironment !== undefined) this.#take(option, fromEnvironment);
      else if (option.default !== undefined) this.#values.set(option.name, option.default);
    }
  }

  get #known(): readonly Option[] {
    return [...(this.#command?.options ?? []), ...GLOBAL];
  }

  #unexpected(word: string): UsageError {
    const near = this.#known.filter(({ name, isPositional }) => !isPositional && word.startsWith('--') && distance(name, word.slice(2)) <= 2);
    const tip = near[0] && `  tip: a similar argument exists: '--${near[0].name}'\n\n`;
    return this.#wrong(`unexpected argument '${word}' found`, tip);
  }

  #wrong(message: string, between?: string, isList = false): UsageError {
    const start = between === undefined ? `${message}\n` : isList ? `${message}\n${between}` : `${message}\n\n${between.trimEnd()}\n`;
    return new UsageError(`${start}\nUsage: ${usageOf(this.#command)}`);
  }
}

/** An option as it is spelt, and the value behind its `=`. */
function parted(word: string): [spelt: string, attached: string | undefined] {
  const at = word.indexOf('=');
  return word.startsWith('--') && at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word, undefined];
}

/** As errors name it. */
function shown({ name, value, isPositional }: Option): string {
  if (isPositional) return `[${value}]`;
  return value === undefined ? `--${name}` : `--${name} <${value}>`;
}
