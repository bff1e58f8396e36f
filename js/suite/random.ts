/** Random draws that a seed repeats everywhere: xoshiro128** over its first words from SplitMix32. */
export class Draws {
  readonly #state: [number, number, number, number];

  constructor(seed: number) {
    let word = seed >>> 0;
    const next = () => {
      word = (word + 0x9e3779b9) >>> 0;
      let mixed = word ^ (word >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    this.#state = [next(), next(), next(), next()];
  }

  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number {
    return Math.floor((this.#word() / 2 ** 32) * bound);
  }

  chance(of: number): boolean {
    return this.#word() < of * 2 ** 32;
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(length).map(() => this.below(256));
  }

  /** The same elements in another order. */
  shuffled<T>(of: readonly T[]): T[] {
    const all = [...of];
    for (let at = all.length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      [all[at], all[other]] = [all[other]!, all[at]!];
    }
    return all;
  }

  #word(): number {
    const state = this.#state;
    const rotated = (value: number, by: number) => (value << by) | (value >>> (32 - by));
    const result = Math.imul(rotated(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotated(state[3], 11);
    return result;
  }
}
