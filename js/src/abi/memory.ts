import type { Instance } from '../engine/instance.js';

type Reallocate = (at: number, size: number, align: number, newSize: number) => number;

/** The linear memory of an instance. */
export class Memory {
  /** For the memory as it is now: it moves when it grows. */
  view!: DataView;
  #bytes!: Uint8Array;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #memory: WebAssembly.Memory;
  readonly #reallocate: Reallocate;

  constructor(
    readonly instance: Instance,
    exports: Record<string, unknown>,
  ) {
    this.#memory = exports['memory'] as WebAssembly.Memory;
    this.#reallocate = exports['cabi_realloc'] as Reallocate;
    this.refresh();
  }

  /** To be called after anything that may have grown the memory. */
  refresh(): void {
    const { buffer } = this.#memory;
    if (this.#bytes?.buffer === buffer) return;
    this.view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** Room that belongs to the component from now on. */
  allocate(size: number, align: number): number {
    if (!size) return align;
    const at = this.#reallocate(0, 0, align, size) >>> 0;
    this.refresh();
    return at;
  }

  writeBytes(value: Uint8Array): [at: number, length: number] {
    const at = this.allocate(value.length, 1);
    this.#bytes.set(value, at);
    return [at, value.length];
  }

  readBytes(at: number, length: number): Uint8Array {
    return this.#bytes.slice(at, at + length);
  }

  writeText(text: string): [at: number, length: number] {
    // Most texts are short and ASCII; each is written without an encoder.
    const at = this.allocate(text.length, 1);
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) return this.#writeLongerText(text, at);
      bytes[at + index] = code;
    }
    return [at, text.length];
  }

  readText(at: number, length: number): string {
    return this.#decoder.decode(this.#bytes.subarray(at, at + length));
  }

  /** The room that was taken is too small for a text that is not ASCII. */
  #writeLongerText(text: string, short: number): [at: number, length: number] {
    const encoded = this.#encoder.encode(text);
    const at = this.#reallocate(short, text.length, 1, encoded.length) >>> 0;
    this.refresh();
    this.#bytes.set(encoded, at);
    return [at, encoded.length];
  }
}
