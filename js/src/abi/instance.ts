import { checkArguments } from '../engine/checks.js';
import type { Engine, Environment, Guest } from '../engine/engine.js';
import { type Call, Instance, MOST_RANDOM, instantiated, lazily, orThrow } from '../engine/instance.js';
import { unsupported } from '../error.js';
import { COMPONENT_SHA256, PACKAGE } from '../generated/build.js';
import { bind } from '../generated/abi.js';
import { Memory } from './memory.js';
import { type Type, own, result, tuple } from './types.js';

/** The types of a function: of its parameters, and of its result if it has one. */
type Types = readonly [params: readonly Type[], result?: Type];

/** Most slots that parameters are passed in. */
const MOST_SLOTS = 16;

/** An instance of the component's core module: values cross by the Canonical ABI. */
export class AbiInstance extends Instance {
  readonly digest = COMPONENT_SHA256;
  readonly #exports: WebAssembly.Exports;
  readonly #destructors = new Map<string, (representation: number) => void>();
  readonly memory: Memory;

  constructor(module: WebAssembly.Module) {
    super();
    this.#exports = this.#instantiate(module);
    this.memory = new Memory(this, this.#exports);
  }

  guest(environment: Environment): Guest {
    const plain = (path: string, names: string, types: () => Types) => this.#function(path, environment, names, types);
    const fallible = (path: string, names: string, types: () => Types) => {
      const call = plain(path, names, () => {
        const [params, value] = types();
        return [params, result(value, own('error'))];
      });
      return orThrow(() => guest, call);
    };
    const guest = bind(plain, fallible);
    return guest;
  }

  /** A function of an interface. `names` are those of its parameters. It is looked up, and its types are asked for, at its first use. */
  #function(path: string, environment: Environment, names: string, types: () => Types): Call {
    const bound = lazily(() => {
      const [params, result] = types();
      return { names: names.split(' '), params, run: this.#bound(path, params, result) };
    });
    return (...values) =>
      this.enter(environment, () => {
        const { names, params, run } = bound();
        checkArguments(names, params, values, this);
        return this.guard(() => run(values));
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

  protected end(kind: string, representation: number): void {
    this.#destructor(kind)(representation);
  }

  #instantiate(module: WebAssembly.Module): WebAssembly.Exports {
    const imports = this.#imports(module);
    const { exports } = instantiated(() => new WebAssembly.Instance(module, imports));
    if (!(exports['memory'] instanceof WebAssembly.Memory)) throw unsupported('it has no memory');
    return exports;
  }

  #name(path: string): string {
    const [interfaceName, version] = [path.slice(0, path.indexOf('#')), PACKAGE.split('@')];
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
        return () => this.now();
      case 'monotonic':
        return () => this.monotonic();
      case 'bytes':
        return (length: number, at: number) => this.#random(length >>> 0, at);
      default:
        throw unsupported(`it imports ${name}`);
    }
  }

  /** Writes `result<list<u8>>`. */
  #random(length: number, at: number): void {
    // Room for what nobody gives is not made.
    const bytes = new Uint8Array(length > MOST_RANDOM ? 0 : length);
    const isFilled = length <= MOST_RANDOM && this.fill(bytes);
    const [from] = isFilled ? this.memory.writeBytes(bytes) : [0];
    const { view } = this.memory;
    view.setUint8(at, isFilled ? 0 : 1);
    view.setUint32(at + 4, from, true);
    view.setUint32(at + 8, length, true);
    bytes.fill(0);
  }
}

/** @internal */
export const instantiate = (module: WebAssembly.Module): Engine => new AbiInstance(module);
