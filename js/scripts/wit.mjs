// Reads the WIT package: only what its files use.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The interfaces of a folder of WIT files, by name: each with its docs, types and functions in the order they are written.
 * A type is `{ kind, docs, … }`; a function `{ name, docs, params: [[name, type]], result, resource, form }`.
 */
export function readWit(folder) {
  const interfaces = new Map();
  let packageName;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.wit')).sort()) {
    const parser = new Parser(readFileSync(join(folder, file), 'utf8'), file);
    packageName = parser.package() ?? packageName;
    for (const found of parser.interfaces()) interfaces.set(found.name, found);
  }
  const world = new Parser(readFileSync(join(folder, 'world.wit'), 'utf8'), 'world.wit').exported();
  return { packageName, interfaces, exported: world };
}

class Parser {
  #tokens;
  #at = 0;
  #file;

  constructor(text, file) {
    this.#file = file;
    this.#tokens = [...text.matchAll(/\/\/\/[^\n]*|\/\/[^\n]*|@since\([^)]*\)|->|%?[A-Za-z][A-Za-z0-9-]*|\d+\.\d+\.\d+|[^\s]/g)]
      .map((match) => match[0])
      .filter((token) => token.startsWith('///') || !(token.startsWith('//') || token.startsWith('@since')));
  }

  package() {
    const at = this.#tokens.indexOf('package');
    if (at < 0) return undefined;
    const end = this.#tokens.indexOf(';', at);
    return this.#tokens.slice(at + 1, end).join('');
  }

  exported() {
    const names = [];
    this.#tokens.forEach((token, index) => {
      if (token === 'export') names.push(this.#tokens[index + 1]);
    });
    return names;
  }

  *interfaces() {
    while (this.#at < this.#tokens.length) {
      const docs = this.#docs();
      if (this.#take('interface')) yield this.#interface(docs);
      else this.#at += 1;
    }
  }

  #interface(docs) {
    const found = { name: this.#name(), docs, uses: new Map(), types: new Map(), functions: [] };
    this.#expect('{');
    while (!this.#take('}')) this.#item(found);
    return found;
  }

  #item(found) {
    const docs = this.#docs();
    if (this.#take('use')) return this.#use(found);
    const word = this.#peek();
    if (['record', 'variant', 'enum', 'resource'].includes(word)) {
      this.#at += 1;
      const name = this.#name();
      if (word === 'resource') return this.#resource(found, name, docs);
      found.types.set(name, { kind: word, docs, ...this.#members(word) });
      return undefined;
    }
    const name = this.#name();
    this.#expect(':');
    found.functions.push({ name, docs, form: 'function', ...this.#signature() });
    return undefined;
  }

  #use(found) {
    const from = this.#name();
    this.#expect('.');
    this.#expect('{');
    do found.uses.set(this.#name(), from);
    while (this.#take(','));
    this.#expect('}');
    this.#expect(';');
  }

  #members(word) {
    const members = [];
    this.#expect('{');
    while (true) {
      const docs = this.#docs();
      if (this.#take('}')) return { members };
      const member = { name: this.#name(), docs };
      if (word === 'record') {
        this.#expect(':');
        member.type = this.#type();
      } else if (this.#take('(')) {
        member.type = this.#type();
        this.#expect(')');
      }
      members.push(member);
      this.#take(',');
    }
  }

  #resource(found, name, docs) {
    found.types.set(name, { kind: 'resource', docs });
    this.#expect('{');
    while (true) {
      const docs = this.#docs();
      if (this.#take('}')) return;
      const method = this.#name();
      if (method === 'constructor') {
        const params = this.#params();
        this.#expect(';');
        found.functions.push({ name: method, docs, form: 'constructor', resource: name, params, result: { own: name } });
        continue;
      }
      this.#expect(':');
      const form = this.#take('static') ? 'static' : 'method';
      const signature = this.#signature();
      if (form === 'method') signature.params.unshift(['self', { borrow: name }]);
      found.functions.push({ name: method, docs, form, resource: name, ...signature });
    }
  }

  #signature() {
    this.#expect('func');
    const params = this.#params();
    const result = this.#take('->') ? this.#type() : undefined;
    this.#expect(';');
    return { params, result };
  }

  #params() {
    const params = [];
    this.#expect('(');
    while (!this.#take(')')) {
      const name = this.#name();
      this.#expect(':');
      params.push([name, this.#type()]);
      this.#take(',');
    }
    return params;
  }

  #type() {
    const name = this.#name();
    if (!this.#take('<')) return name === 'result' ? { result: [undefined, undefined] } : name;
    const inner = [];
    do inner.push(this.#take('_') ? undefined : this.#type());
    while (this.#take(','));
    this.#expect('>');
    switch (name) {
      case 'borrow':
        return { borrow: inner[0] };
      case 'tuple':
      case 'result':
        return { [name]: name === 'result' ? [inner[0], inner[1]] : inner };
      default:
        return { [name]: inner[0] };
    }
  }

  #docs() {
    const lines = [];
    while (this.#peek()?.startsWith('///')) lines.push(this.#tokens[this.#at++].slice(3).trim());
    return lines;
  }

  #name() {
    const token = this.#tokens[this.#at++];
    if (!/^%?[A-Za-z]/.test(token ?? '')) this.#fail(`a name, not ${token}`);
    return token.replace(/^%/, '');
  }

  #peek() {
    return this.#tokens[this.#at];
  }

  #take(token) {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token) {
    if (!this.#take(token)) this.#fail(`${token}, not ${this.#peek()}`);
  }

  #fail(what) {
    throw new Error(`${this.#file}: expected ${what} after ${this.#tokens.slice(this.#at - 5, this.#at).join(' ')}`);
  }
}
