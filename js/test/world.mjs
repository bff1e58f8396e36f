// A host that does what a script says: the network answers when told, waits end when told, clocks stand still, documents are an object.

import { HostError } from '../dist/node.js';

export class World {
  /** Requests and waits that nobody has ended, oldest first. */
  requests = [];
  sleeps = [];
  events = [];
  storageState = 'sound';
  #documents = new Map();
  #now;
  #monotonic = 0;
  #random;

  constructor({ now_ms: now, random, documents }) {
    this.#now = now;
    this.repeat(random);
    for (const [name, document] of Object.entries(documents ?? {})) this.write(name, document);
  }

  /** As a component takes it. */
  get host() {
    return {
      http: { send: (request, signal) => this.#pending(this.requests, { ...request, body: request.body.slice() }, signal) },
      sleep: (ms, signal) => this.#pending(this.sleeps, ms, signal),
      storage: { load: async (name) => this.#load(name), replace: async (...change) => this.#replace(...change), erase: async (name) => this.#erase(name) },
      clock: { now: () => this.#now, monotonic: () => this.#monotonic },
      random: { fill: (bytes) => void bytes.fill(this.#random) },
    };
  }

  advance(ms) {
    this.#now += ms;
    this.#monotonic += ms;
  }

  setWall(ms) {
    this.#now = ms;
  }

  repeat(byte) {
    this.#random = Number.parseInt(byte, 16);
  }

  write(name, document) {
    if (document === null) this.#documents.delete(name);
    else this.#put(name, Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)));
  }

  /** A document as JSON; null for none. */
  read(name) {
    const found = this.#documents.get(name)?.document;
    if (!found) return null;
    const text = Buffer.from(found).toString();
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  #pending(all, what, signal) {
    return new Promise((resolve, reject) => {
      const stop = () => {
        if (all.includes(one)) all.splice(all.indexOf(one), 1);
        reject(signal.reason);
      };
      const ended = (settle) => (value) => {
        signal.removeEventListener('abort', stop);
        settle(value);
      };
      const one = { what, resolve: ended(resolve), reject: ended(reject) };
      all.push(one);
      signal.addEventListener('abort', stop);
    });
  }

  #put(name, document) {
    const revision = String((this.#documents.get(name)?.count ?? 0) + 1);
    this.#documents.set(name, { document: Uint8Array.from(document), revision, count: Number(revision) });
  }

  #load(name) {
    if (this.storageState === 'unreadable') throw new HostError('unreadable', 'of the test');
    const found = this.#documents.get(name);
    return found && { document: found.document.slice(), revision: found.revision };
  }

  #replace(name, expected, document) {
    if (this.storageState === 'unwritable') throw new HostError('unwritable', 'of the test');
    if (this.#documents.get(name)?.revision !== expected) throw new HostError('conflict', 'of the test');
    this.#put(name, document);
  }

  #erase(name) {
    if (this.storageState === 'unwritable') throw new HostError('unwritable', 'of the test');
    this.#documents.delete(name);
  }
}

/** Everything goes on until all of it waits for the script. */
export async function settle() {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
