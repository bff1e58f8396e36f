/** The grammar: a text, and a place in it that moves on. */

/** What is wrong with a text: its syntax, or one of its values. */
export class Fault {
  /** Index in the text at which a value is wrong; filled in by whatever holds the value, where the value itself does not say. */
  at: number | undefined;

  constructor(
    readonly kind: 'syntax' | 'data' | 'missing' | 'repeated',
    place?: number,
    /** The member that is missing or repeated. */
    readonly member = '',
  ) {
    this.at = place;
  }
}

/** A text and a place in it. */
export class Reader {
  at = 0;

  constructor(readonly text: string) {}

  /** The next character that is no white space. */
  next(): string {
    while (/[ \t\n\r]/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text[this.at] ?? '';
  }

  /** Passes over this character if it is next. */
  takes(character: string): boolean {
    if (this.next() !== character) return false;
    this.at += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.takes(character)) throw new Fault('syntax');
  }

  /** A string, decoded. */
  string(): string {
    const raw = this.rawString();
    let text: unknown;
    try {
      text = JSON.parse(raw);
    } catch {
      throw new Fault('syntax');
    }
    if (/\p{Surrogate}/u.test(text as string)) throw new Fault('syntax');
    return text as string;
  }

  /** The text of a string. Halves of surrogate pairs are no fault in one that is passed over. */
  rawString(): string {
    const { text } = this;
    this.next();
    const from = this.at;
    if (text[from] !== '"') throw new Fault('syntax');
    for (let at = from + 1; ; at += 1) {
      const code = text.charCodeAt(at);
      // Behind the end this is NaN.
      if (!(code >= 0x20)) throw new Fault('syntax');
      if (code === 0x22) {
        this.at = at + 1;
        return text.slice(from, this.at);
      }
      if (code === 0x5c) at += this.#escape(at);
    }
  }

  /** How much of an escape is behind its backslash. */
  #escape(at: number): number {
    if (/^["\\/bfnrt]$/.test(this.text[at + 1] ?? '')) return 1;
    if (/^u[0-9a-fA-F]{4}$/.test(this.text.slice(at + 1, at + ESCAPE))) return ESCAPE - 1;
    throw new Fault('syntax');
  }

  /** The text of a number. */
  rawNumber(): string {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined) throw new Fault('syntax');
    this.at += found.length;
    return found;
  }

  word(): string {
    WORD.lastIndex = this.at;
    const found = WORD.exec(this.text)?.[0];
    if (found === undefined) throw new Fault('syntax');
    this.at += found.length;
    return found;
  }

  /** The text of the next value, which is only checked for its grammar, however deep it is. */
  raw(): string {
    this.next();
    const from = this.at;
    const open: ('}' | ']')[] = [];
    for (;;) {
      if (this.#opens(open)) continue;
      while (open.length && this.takes(open.at(-1)!)) open.pop();
      if (!open.length) return this.text.slice(from, this.at);
      this.expect(',');
      if (open.at(-1) === '}') this.#name();
    }
  }

  /** Passes over a value without parts, or over the beginning of one whose first part is next. */
  #opens(open: ('}' | ']')[]): boolean {
    const character = this.next();
    if (character === '{' || character === '[') {
      const close = character === '{' ? '}' : ']';
      this.at += 1;
      if (this.takes(close)) return false;
      open.push(close);
      if (character === '{') this.#name();
      return true;
    }
    if (character === '"') this.rawString();
    else if (/[-0-9]/.test(character)) this.rawNumber();
    else this.word();
    return false;
  }

  #name(): void {
    this.rawString();
    this.expect(':');
  }

  /** Refuses the next value for its form. What is no array and no object is passed over first. */
  refuse(): never {
    const character = this.next();
    if (character === '"') this.string();
    else if (/[-0-9]/.test(character)) inRange(this.rawNumber());
    else if (character !== '{' && character !== '[') this.word();
    throw new Fault('data', this.at);
  }

  /** Runs `read` inside something that ends with `close`; a fault in it without a place gets the place after it. */
  within<T>(close: '}' | ']', read: () => T): T {
    this.at += 1;
    let value: T;
    try {
      value = read();
    } catch (fault) {
      this.#passEnd(close);
      if (fault instanceof Fault) fault.at ??= this.at;
      throw fault;
    }
    this.expect(close);
    return value;
  }

  #passEnd(close: string): void {
    if (this.takes(close)) return;
    if (close === ']' && this.takes(',')) this.next();
  }

  /** Calls `member` with each name of an object, standing before its value; `named` is called as soon as the name is read. */
  members(member: (name: string) => void, named?: (name: string) => void): void {
    for (let first = true; this.next() !== '}'; first = false) {
      if (!first) this.expect(',');
      const name = this.string();
      named?.(name);
      this.expect(':');
      member(name);
    }
  }

  /** Calls `element` before each element of an array, as long as it wants more. */
  elements(element: (index: number) => boolean | void): void {
    for (let index = 0; this.next() !== ']'; index += 1) {
      if (index && this.next() !== ',') throw new Fault('syntax');
      if (index) this.at += 1;
      if (element(index) === false) return;
    }
  }
}

/** Length of a `\u` escape. */
export const ESCAPE = 6;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** The text of a number that a double can hold. */
export function inRange(number: string): string {
  if (!Number.isFinite(Number(number))) throw new Fault('syntax');
  return number;
}
