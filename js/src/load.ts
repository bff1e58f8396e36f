import { type Component, componentOf } from './component.js';
import type { Instantiate } from './engine/engine.js';
import { AgentIdentityError, unsupported } from './error.js';
import { isBytes } from './engine/checks.js';
import { resolved } from './url.js';

declare global {
  /** Programs without the DOM's types lack the name. Where they have it this adds nothing. */
  namespace WebAssembly {
    interface Module {}
  }
}

/** Where the core module comes from: a URL of it, its bytes, a response that carries it, or the compiled module. */
export type Source = string | URL | Uint8Array | ArrayBuffer | Response | (WebAssembly.Module & object);

/** Loads the component. The same source gives the same component, unless that one trapped. */
export type Load = (source?: Source) => Promise<Component>;

/** How a platform finds the module when it is given none, and what it can read besides. */
export interface Platform {
  /** The module that comes with the package. */
  byDefault(): Promise<WebAssembly.Module>;
  /** The module at a URL that `fetch` does not read; nothing if it does. */
  read?(url: URL): Promise<WebAssembly.Module> | undefined;
}

interface Known<K> {
  get(key: K): Promise<WebAssembly.Module> | undefined;
  set(key: K, compiling: Promise<WebAssembly.Module>): unknown;
  delete(key: K): unknown;
}

/** @internal */
export function loader(instantiate: Instantiate, platform: Platform): Load {
  const byName = new Map<string, Promise<WebAssembly.Module>>();
  const byObject = new WeakMap<object, Promise<WebAssembly.Module>>();
  const components = new WeakMap<WebAssembly.Module, Component>();

  const once = <K>(known: Known<K>, key: K, compile: () => Promise<WebAssembly.Module>) => {
    const found = known.get(key);
    if (found) return found;
    const compiling = compile();
    known.set(key, compiling);
    // A failure is not remembered: the next attempt may find the network there.
    compiling.catch(() => known.delete(key));
    return compiling;
  };

  const moduleOf = (source: Source | undefined): Promise<WebAssembly.Module> => {
    if (source === undefined) return once(byName, '', () => platform.byDefault());
    if (source instanceof WebAssembly.Module) return Promise.resolve(source);
    if (typeof source === 'string' || source instanceof URL) {
      const url = resolved(source);
      return once(byName, url.href, async () => (await platform.read?.(url)) ?? fetchModule(url));
    }
    if (typeof source !== 'object' || source === null) throw notASource();
    return once(byObject, source, () => compileSource(source));
  };

  return async (source) => {
    const module = await moduleOf(source);
    const found = components.get(module);
    if (found?.isSound) return found;
    const component = componentOf(instantiate(module));
    components.set(module, component);
    return component;
  };
}

/** Compiles what `fetch` brings from a URL. @internal */
export async function fetchModule(url: URL): Promise<WebAssembly.Module> {
  return compileSource(await fetch(url));
}

/** @internal */
export async function compileSource(source: Uint8Array | ArrayBuffer | Response): Promise<WebAssembly.Module> {
  // Bytes first: Node loads all of `fetch` when somebody mentions `Response`.
  const areBytes = isBytes(source) || source instanceof ArrayBuffer;
  if (!areBytes && source instanceof Response) return compileResponse(source);
  if (!areBytes) throw notASource();
  try {
    return await WebAssembly.compile(source as BufferSource);
  } catch (error) {
    throw unsupported('it cannot be compiled here', error);
  }
}

/** Compiles bytes before it returns. @internal */
export function compileAtOnce(bytes: Uint8Array): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes as BufferSource);
  } catch (error) {
    throw unsupported('it cannot be compiled here', error);
  }
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw unsupported(`the answer to its request is ${response.status}`);
  // Compiling while it arrives needs the right type, which not every server sends.
  const isStreamed = 'compileStreaming' in WebAssembly && response.headers.get('content-type') === 'application/wasm';
  if (!isStreamed) return compileSource(await response.arrayBuffer());
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (error) {
    throw unsupported('it cannot be compiled here', error);
  }
}

function notASource(): AgentIdentityError {
  return new AgentIdentityError('argument-invalid', 'fix-config', 'source must be a URL, bytes, a Response or a WebAssembly.Module');
}
