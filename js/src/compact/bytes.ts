/** The bytes of a call: values one after the other, as `guest/component/src/compact/wire.rs` reads and writes them. */

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Arguments on their way. One writer serves every call of an instance. */
export class Writer {
  #bytes = new Uint8Array(1024);
  #end = 0;
  /** Whether no call uses it. */
  isFree = true;

  /** What was written. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** Overwrites what was written: it may have been a secret. */
  clear(): void {
    this.#bytes.fill(0, 0, this.#end);
    this.#end = 0;
    this.isFree = true;
  }

  /** A whole number in so many bytes, the lowest first. */
  number(size: number, value: number): void {
    const at = this.#room(size);
    for (let index = 0; index < size; index += 1) this.#bytes[at + index] = value >>> (8 * index);
  }

  big(value: bigint): void {
    const at = this.#room(8);
    new DataView(this.#bytes.buffer).setBigInt64(at, value, true);
  }

  bytesOf(value: Uint8Array): void {
    this.number(4, value.length);
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  text(text: string): void {
    // Most texts are short and ASCII; each is written without an encoder.
    this.number(4, text.length);
    const at = this.#room(text.length);
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) {
        this.#end = at - 4;
        return this.bytesOf(encoder.encode(text));
      }
      this.#bytes[at + index] = code;
    }
  }

  #room(length: number): number {
    const at = this.#end;
    this.#end += length;
    if (this.#end > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const old = this.#bytes;
    this.#bytes = new Uint8Array(2 * this.#end);
    this.#bytes.set(old);
    old.fill(0);
  }
}

/** A result where it lies. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(size: number): number {
    const at = this.#step(size);
    let value = 0;
    for (let index = size; index > 0; index -= 1) value = value * 256 + this.#bytes[at + index - 1]!;
    return value;
  }

  big(signed: boolean): bigint {
    const value = new DataView(this.#bytes.buffer).getBigInt64(this.#bytes.byteOffset + this.#step(8), true);
    return signed ? value : BigInt.asUintN(64, value);
  }

  /** Bytes that are there as long as the result. */
  part(): Uint8Array {
    const length = this.number(4);
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    return decoder.decode(this.part());
  }

  #step(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
