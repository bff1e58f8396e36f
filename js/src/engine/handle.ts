import { AgentIdentityError } from '../error.js';
import type { Instance } from './instance.js';

/** Something that lives in an instance of the component until it is dropped. */
export class Handle {
  #representation: number;

  constructor(
    readonly instance: Instance,
    readonly kind: string,
    representation: number,
  ) {
    this.#representation = representation;
    forgotten?.register(this, () => instance.drop(kind, representation), this);
  }

  /** What the component knows it by. Throws `disposed` after its end. */
  use(): number {
    if (this.#representation) return this.#representation;
    throw new AgentIdentityError('disposed', 'fix-config', `this ${this.kind} is used after it was disposed of`);
  }

  /** Drops it inside the component, where secrets are overwritten. A second time does nothing. */
  drop(): void {
    const representation = this.#representation;
    if (!representation) return;
    this.#representation = 0;
    forgotten?.unregister(this);
    this.instance.drop(this.kind, representation);
  }
}

/** The last resort for what nobody disposed of. */
const forgotten =
  typeof FinalizationRegistry === 'undefined' ? undefined : /* @__PURE__ */ new FinalizationRegistry<() => void>((drop) => drop());
