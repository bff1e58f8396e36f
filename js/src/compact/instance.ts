import { checkArguments } from '../engine/checks.js';
import type { Engine, Environment, Guest } from '../engine/engine.js';
import { type Call, Instance, instantiated, lazily, orThrow } from '../engine/instance.js';
import { unsupported } from '../error.js';
import { COMPACT_SHA256, FINGERPRINT } from '../generated/build.js';
import { TABLES } from '../generated/compact.js';
import { type Glue, type GlueHost, glue } from '../generated/glue.js';
import { Reader, Writer } from './bytes.js';
import { type Described, readTables } from './tables.js';
import { type Type, u32 } from './types.js';

const tables = /* @__PURE__ */ lazily(() => readTables(TABLES));

/** An instance of `compact.wasm`: values cross as bytes, by what wasm-bindgen wrote. */
export class CompactInstance extends Instance {
  readonly digest = COMPACT_SHA256;
  readonly #glue: Glue;
  readonly #writer = new Writer();
  /** The type of what the call under way brings, and then what it has brought. */
  #result: Type | undefined;
  #value: unknown;

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
    this.#call(functions.length + resources.indexOf(kind), [u32], [representation], undefined);
  }

  #function(number: number, environment: Environment, { signature }: Described): Call {
    return (...values) =>
      this.enter(environment, () => {
        const { names, params, result } = signature();
        checkArguments(names, params, values, this);
        return this.guard(() => this.#call(number, params, values, result));
      });
  }

  /** Calls a function with checked values. What was written for it is overwritten: it may have been a secret. */
  #call(number: number, params: readonly Type[], values: readonly unknown[], result: Type | undefined): unknown {
    // A getter among the values, or a clock, may end a resource in the middle of another call.
    const writer = this.#writer.isFree ? this.#writer : new Writer();
    const outer = this.#result;
    writer.isFree = false;
    try {
      params.forEach((type, index) => type.write(values[index], writer));
      this.#result = result;
      this.#glue.call(number, writer.bytes);
      return this.#value;
    } finally {
      this.#value = undefined;
      this.#result = outer;
      writer.clear();
    }
  }

  #instantiate(module: WebAssembly.Module): Glue {
    const host: GlueHost = {
      now: () => this.now(),
      monotonic: () => this.monotonic(),
      random: (bytes) => this.fill(bytes),
      give: (bytes) => (this.#value = this.#result?.read(new Reader(bytes), this)),
    };
    const [made, fingerprint] = instantiated(() => {
      const made = glue(module, host);
      return [made, made.fingerprint()];
    });
    if (fingerprint !== FINGERPRINT) throw unsupported('its interfaces are others');
    return made;
  }
}

/** @internal */
export const instantiate = (module: WebAssembly.Module): Engine => new CompactInstance(module);
