import { internal, unsupported } from '../error.js';
import type { Clock, Random } from '../host.js';
import { Memory } from './memory.js';
import { type Type, checkArguments, lazily, tuple } from './types.js';

/** What the component asks for while it runs. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
}

/** A function of the component: its arguments are checked, its failures are thrown. */
export type Call = (...values: any[]) => any;

/** The types of a function: of its parameters, and of its result if it has one. */
export type Types = readonly [params: readonly Type[], result?: Type];

/** Most slots that parameters are passed in. */
const MOST_SLOTS = 16;

/** No caller needs more at once, and no browser gives more. */
const MOST_RANDOM = 65_536;

/** One instance of the component, and nothing of what its interfaces mean. It is synchronous, so it has one caller at a time. */
export class Instance {
  readonly #exports: WebAssembly.Exports;
  readonly #package: string;
  readonly #destructors = new Map<string, (representation: number) => void>();
  readonly memory: Memory;
  #environment: Environment | undefined;
  #trap: string | undefined;

  constructor(module: WebAssembly.Module, packageName: string) {
    this.#package = packageName;
    this.#exports = this.#instantiate(module);
    this.memory = new Memory(this, this.#exports);
  }

  /** Whether the instance can still be used. After a trap nothing in it can be trusted. */
  get isSound(): boolean {
    return this.#trap === undefined;
  }

  /** A function of an interface. `names` are those of its parameters. It is looked up, and its types are asked for, at its first use. */
  function(path: string, environment: Environment, names: string, types: () => Types): Call {
    const bound = lazily(() => {
      const [params, result] = types();
      return { names: names.split(' '), params, run: this.#bound(path, params, result) };
    });
    return (...values) =>
      this.#enter(environment, () => {
        const { names, params, run } = bound();
        checkArguments(names, params, values, this.memory);
        return this.#guard(() => run(values));
      });
  }

  /** Passes checked values to a core function. */
  #bound(path: string, params: readonly Type[], result: Type | undefined): Call {
    const name = this.#name(path);
    const run = this.#exports[name] as Call | undefined;
    if (!run) throw unsupported(`it does not export ${path}`);
    const after = this.#exports[`cabi_post_${name}`] as Call | undefined;
    const spilled = params.reduce((slots, type) => slots + type.flat.length, 0) > MOST_SLOTS ? tuple(params) : undefined;
    const lower = (values: readonly unknown[]): (number | bigint)[] => {
      if (spilled) {
        const at = this.memory.allocate(spilled.size, spilled.align);
        spilled.store(values, this.memory, at);
        return [at];
      }
      const slots: (number | bigint)[] = [];
      params.forEach((type, index) => type.lower(values[index], this.memory, slots));
      return slots;
    };
    return (values) => {
      const returned = run(...lower(values));
      this.memory.refresh();
      if (!result) return undefined;
      const value = result.flat.length > 1 ? result.load(this.memory, returned) : result.lift!(returned, this.memory);
      after?.(returned);
      return value;
    };
  }

  /** Drops what a handle stands for. In an instance that trapped it is gone with everything else. */
  drop(kind: string, representation: number): void {
    if (!this.isSound) return;
    // A finalizer never runs while the component does: neither is interrupted.
    this.#guard(() => this.#destructor(kind)(representation));
  }

  #instantiate(module: WebAssembly.Module): WebAssembly.Exports {
    const imports = this.#imports(module);
    let exports: WebAssembly.Exports;
    try {
      ({ exports } = new WebAssembly.Instance(module, imports));
    } catch (error) {
      throw unsupported('it cannot be instantiated here', error);
    }
    if (!(exports['memory'] instanceof WebAssembly.Memory)) throw unsupported('it has no memory');
    return exports;
  }

  #enter<T>(environment: Environment, call: () => T): T {
    if (this.#trap !== undefined) throw internal(`this instance of the component has trapped (${this.#trap}); load the component anew`);
    if (this.#environment) throw internal('a clock or a random source called the component that asked it');
    this.#environment = environment;
    try {
      return call();
    } finally {
      this.#environment = undefined;
    }
  }

  /** A trap is `internal` and spoils the instance. */
  #guard<T>(call: () => T): T {
    try {
      return call();
    } catch (trap) {
      this.#trap = trap instanceof Error ? trap.message : 'unknown';
      throw internal(`the component trapped: ${this.#trap}`, trap);
    }
  }

  #name(path: string): string {
    const [interfaceName, version] = [path.slice(0, path.indexOf('#')), this.#package.split('@')];
    return `${version[0]}/${interfaceName}@${version[1]}${path.slice(path.indexOf('#'))}`;
  }

  #destructor(kind: string): (representation: number) => void {
    let found = this.#destructors.get(kind);
    if (!found) {
      const name = Object.keys(this.#exports).find((one) => one.endsWith(`#[dtor]${kind}`));
      found = this.#exports[name!] as (representation: number) => void;
      this.#destructors.set(kind, found);
    }
    return found;
  }

  /**
   * What the module imports: clock, randomness, and the handles of its own resources. A handle is the representation itself: the only
   * other side is this one, which keeps track of what it holds.
   */
  #imports(module: WebAssembly.Module): WebAssembly.Imports {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      (imports[from] ??= {})[name] = this.#import(name);
    }
    return imports;
  }

  #import(name: string): WebAssembly.ImportValue {
    const [, intrinsic, kind] = /^\[(resource-\w+)\](.+)$/.exec(name) ?? [];
    switch (intrinsic ?? name) {
      case 'resource-new':
      case 'resource-rep':
        return (representation: number) => representation;
      case 'resource-drop':
        return (representation: number) => this.#destructor(kind!)(representation);
      case 'now':
        return () => this.#milliseconds(this.#environment!.clock.now());
      case 'monotonic':
        return () => this.#milliseconds(this.#environment!.clock.monotonic());
      case 'bytes':
        return (length: number, at: number) => this.#random(length >>> 0, at);
      default:
        throw unsupported(`it imports ${name}`);
    }
  }

  /** Milliseconds as a host gives them: whole ones, or a clock with a finer step. */
  #milliseconds(reading: number | bigint): bigint {
    return typeof reading === 'bigint' ? reading : BigInt(Math.floor(reading));
  }

  /** Writes `result<list<u8>>`. */
  #random(length: number, at: number): void {
    const bytes = this.#draw(length);
    const [from] = bytes ? this.memory.writeBytes(bytes) : [0];
    const { view } = this.memory;
    view.setUint8(at, bytes ? 0 : 1);
    view.setUint32(at + 4, from, true);
    view.setUint32(at + 8, length, true);
    bytes?.fill(0);
  }

  #draw(length: number): Uint8Array | undefined {
    if (length > MOST_RANDOM) return undefined;
    const bytes = new Uint8Array(length);
    try {
      this.#environment!.random.fill(bytes);
      return bytes;
    } catch {
      return undefined;
    }
  }
}
