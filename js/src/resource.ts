/// <reference lib="esnext.disposable" preserve="true" />

import type { Handle } from './engine/handle.js';

/**
 * The well-known symbol of `using`, or its stand-in where the runtime has none yet.
 *
 * @example
 * ```js
 * import { dispose, load } from 'agent-identity';
 *
 * const { Key } = await load();
 * const key = Key.generate();
 * key[dispose]();
 * ```
 */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

/** @internal Where an object keeps its handle. */
export const HANDLE: unique symbol = Symbol('handle');

/** @internal The handle of an object; what is no object of this package has none, which the call then refuses. */
export function handleOf(resource: Resource): Handle {
  return (resource as Resource | undefined)?.[HANDLE] as Handle;
}

/** Something that lives in the component. Dispose of it when it is done with: secrets are overwritten then. */
export abstract class Resource {
  /** @internal */
  declare readonly [HANDLE]: Handle;

  /** @internal */
  constructor(handle: Handle) {
    Object.defineProperty(this, HANDLE, { value: handle });
  }

  /** Drops it inside the component. Using it afterwards is the error `disposed`; a second time does nothing. */
  dispose(): void {
    this[HANDLE].drop();
  }

  /** For `using`. */
  [dispose](): void {
    this.dispose();
  }
}
