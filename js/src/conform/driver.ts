/** One instance of the component, asked one question after another. */

import type { Engine, Guest } from '../engine/engine.js';
import type { Handle } from '../engine/handle.js';
import { hexText } from './bytes.js';

/** Keys of either kind that are kept at most. */
const MOST_KEPT = 64;

/** Answers questions. Keys stay in the instance for the next question that names them: only speed depends on that. */
export class Driver {
  readonly #make: () => Engine;
  readonly #keys = new Map<string, Handle>();
  readonly #verifyingKeys = new Map<string, Handle>();
  #engine!: Engine;
  #now = 0n;
  #random: Uint8Array = new Uint8Array();
  /** Every function of the component. */
  guest!: Guest;

  /** `make` gives a new instance. */
  constructor(make: () => Engine) {
    this.#make = make;
    this.#beginAnew();
  }

  /** Before each question: it brings time and randomness of its own. After a trap nothing of the instance can be used any more. */
  begin(): void {
    this.setClock(0n);
    this.setRandom(new Uint8Array());
    if (!this.#engine.isSound) this.#beginAnew();
  }

  /** The clock shows the time of the question. */
  setClock(now: bigint): void {
    this.#now = now;
  }

  /** The source gives the bytes of the question in order, and fails when they are used up. */
  setRandom(bytes: Uint8Array): void {
    this.#random = bytes;
  }

  /** The key of a seed. */
  key(seed: Uint8Array): Handle {
    return kept(this.#keys, seed, () => this.guest.keys.key.import('seed', seed));
  }

  /** A public key from its 32 bytes. */
  verifyingKey(raw: Uint8Array): Handle {
    return kept(this.#verifyingKeys, raw, () => this.guest.keys.verifyingKey.import('raw', raw));
  }

  /** Which build answers. */
  get digest(): string {
    return this.#engine.digest;
  }

  #beginAnew(): void {
    this.#keys.clear();
    this.#verifyingKeys.clear();
    this.#engine = this.#make();
    this.guest = this.#engine.guest({
      clock: { now: () => this.#now, monotonic: () => 0 },
      random: { fill: (bytes) => this.#draw(bytes) },
    });
  }

  #draw(bytes: Uint8Array): void {
    if (bytes.length > this.#random.length) throw new Error('the random bytes of the question are used up');
    bytes.set(this.#random.subarray(0, bytes.length));
    this.#random = this.#random.subarray(bytes.length);
  }
}

function kept(keys: Map<string, Handle>, bytes: Uint8Array, make: () => Handle): Handle {
  const name = hexText(bytes);
  const found = keys.get(name);
  if (found) return found;
  if (keys.size >= MOST_KEPT) {
    for (const key of keys.values()) key.drop();
    keys.clear();
  }
  const made = make();
  keys.set(name, made);
  return made;
}
