/** Bytes as the driver writes them in texts. */

/** The bytes of a hex text, either case. */
export function hex(text: string): Uint8Array | undefined {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : undefined;
}

/** Lower-case hex. */
export function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The bytes of base64 with padding, in its one spelling. */
export function base64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? Uint8Array.from(bytes) : undefined;
}

/** base64 with padding. */
export function base64Text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

export function utf8(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text));
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
