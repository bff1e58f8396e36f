import { checkArguments } from '../engine/checks.js';
import type { Engine, Environment, Guest } from '../engine/engine.js';
import { type Call, Instance, lazily, orThrow } from '../engine/instance.js';
import { unsupported } from '../error.js';
import { COMPACT_SHA256, FINGERPRINT } from '../generated/build.js';
import { TABLES } from '../generated/compact.js';
import { type Glue, glue } from '../generated/glue.js';
import { Reader, Writer } from './bytes.js';
import { type Described, readTables } from './tables.js';

const tables = /* @__PURE__ */ lazily(() => readTables(TABLES));

/** An instance of `compact.wasm`: values cross as bytes, by what wasm-bindgen wrote. */
export class CompactInstance extends Instance {
  readonly digest = COMPACT_SHA256;
  readonly #glue: Glue;
  readonly #writer = new Writer();
  /** Takes the result of the call under way. */
  #give: (bytes: Uint8Array) => void = () => undefined;

  constructor(module: WebAssembly.Module) {
    super();
    this.#glue = this.#instantiate(module);
  }

  guest(environment: Environment): Guest {
    const guest: Record<string, any> = {};
    tables().functions.forEach((described, number) => {
      const { interfaceName, resource, name, isFallible } = described;
      const within = (guest[interfaceName] ??= {});
      const call = this.#function(number, environment, described);
      (resource ? (within[resource] ??= {}) : within)[name] = isFallible ? orThrow(() => guest as unknown as Guest, call) : call;
    });
    return guest as unknown as Guest;
  }

  protected end(kind: string, representation: number): void {
    const { functions, resources } = tables();
    this.#call(functions.length + resources.indexOf(kind), (to) => to.number(4, representation));
  }

  #function(number: number, environment: Environment, { signature }: Described): Call {
    return (...values) =>
      this.enter(environment, () => {
        const { names, params, result } = signature();
        checkArguments(names, params, values, this);
        const write = (to: Writer) => params.forEach((type, index) => type.write(values[index], to));
        return this.guard(() => this.#call(number, write, (from) => result?.read(from, this)));
      });
  }

  /** Calls a function. Whatever was written for it is overwritten: it may have been a secret. */
  #call(number: number, write: (to: Writer) => void, read: (from: Reader) => unknown = () => undefined): unknown {
    // A finalizer may end a resource while values are written for another call.
    const writer = this.#writer.bytes.length ? new Writer() : this.#writer;
    let value: unknown;
    this.#give = (bytes) => (value = read(new Reader(bytes)));
    try {
      write(writer);
      this.#glue.call(number, writer.bytes);
      return value;
    } finally {
      writer.clear();
    }
  }

  #instantiate(module: WebAssembly.Module): Glue {
    try {
      const made = glue(module, {
        now: () => this.now(),
        monotonic: () => this.monotonic(),
        random: (bytes) => this.fill(bytes),
        give: (bytes) => this.#give(bytes),
      });
      if (made.fingerprint() === FINGERPRINT) return made;
    } catch (error) {
      throw unsupported('it cannot be instantiated here', error);
    }
    throw unsupported('its interfaces are others');
  }
}

/** @internal */
export const instantiate = (module: WebAssembly.Module): Engine => new CompactInstance(module);
