/** Standard output for answers, standard error for notes; colours only where a terminal shows them. */

/** A value as JSON writes it. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json | unknown };

/** Where a command writes. */
export class Output {
  constructor(
    readonly isJson: boolean,
    readonly isQuiet: boolean,
  ) {}

  /** A line on standard output. */
  line(text: string): void {
    process.stdout.write(`${coloured(text, process.stdout)}\n`);
  }

  /** Bytes on standard output, as they are; overwrite them afterwards. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())));
  }

  /** A value on one line of standard output, members in order of their names. */
  json(value: unknown): void {
    this.line(JSON.stringify(sorted(value)));
  }

  /** The facts an answer consists of: a table, or one JSON object. */
  facts(facts: Facts): void {
    if (this.isJson) this.json(facts.toJson());
    else this.line(facts.toTable());
  }

  /** A line on standard error. */
  tell(text: string): void {
    process.stderr.write(`${coloured(text, process.stderr)}\n`);
  }

  /** Something a person may want to know; never part of the answer. */
  note(text: string): void {
    if (!this.isQuiet && !this.isJson) this.tell(paint.note(text));
  }

  /** Something a person should know, `--quiet` or not. */
  warn(text: string): void {
    this.tell(`${paint.warning('warning:')} ${text}`);
  }
}

/** Named values in order. In text a name loses its underscores, and what is not there is left out. */
export class Facts {
  readonly #rows: [name: string, value: Json, text: string | undefined][] = [];

  /** `text` are other words for people than for programs. */
  with(name: string, value: Json, text?: string): this {
    this.#rows.push([name, value, text]);
    return this;
  }

  toJson(): Record<string, unknown> {
    return Object.fromEntries(this.#rows.map(([name, value]) => [name, value ?? null]));
  }

  toTable(): string {
    const rows = this.#rows.filter(([, value]) => value !== null && value !== undefined);
    const width = Math.max(0, ...rows.map(([name]) => name.length));
    return rows.map(([name, value, text]) => `${paint.bold(name.replaceAll('_', ' ').padEnd(width))}  ${text ?? plain(value)}`).join('\n');
  }
}

const styled = (code: string) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;

/** Styles; whoever prints the text removes them where they are not wanted. */
export const paint = {
  bold: styled('1'),
  error: styled('1;31'),
  failed: styled('1;31'),
  good: styled('1;32'),
  warning: styled('1;33'),
  next: styled('1;36'),
  note: styled('90'),
};

/** Text from outside, so that nothing in it moves the cursor or changes colours. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    const known: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };
    return known[character] ?? `\\u{${character.charCodeAt(0).toString(16)}}`;
  });
}

function coloured(text: string, stream: NodeJS.WriteStream): string {
  if (stream.isTTY && process.env['NO_COLOR'] === undefined) return text;
  return text.replace(/\x1b\[[\d;]*m/g, '');
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(sorted(value));
}

/** The same value with the members of every object in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
}
