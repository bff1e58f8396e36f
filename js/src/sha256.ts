/** SHA-256 where no promise can be waited for; only for naming things in events, never for a secret. */
export function sha256(message: Uint8Array): Uint8Array {
  const padded = new DataView(new ArrayBuffer(Math.ceil((message.length + 9) / 64) * 64));
  message.forEach((byte, index) => padded.setUint8(index, byte));
  padded.setUint8(message.length, 0x80);
  padded.setUint32(padded.byteLength - 4, message.length * 8);
  const state = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  for (let block = 0; block < padded.byteLength; block += 64) compress(state, padded, block);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => digest.setUint32(index * 4, word));
  return new Uint8Array(digest.buffer);
}

/** The first 64 primes: the constants of FIPS 180-4 are fractions of their roots. */
const PRIMES = /* @__PURE__ */ Array.from({ length: 310 }, (_, index) => index + 2).filter((number) => {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false;
  return true;
});

const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) | 0;

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function compress(state: number[], message: DataView, block: number): void {
  const words = Array.from({ length: 16 }, (_, index) => message.getInt32(block + index * 4));
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number];
  PRIMES.forEach((prime, round) => {
    if (round > 15) {
      const [w15, w2] = [words[round - 15]!, words[round - 2]!];
      const low = turned(w15, 7) ^ turned(w15, 18) ^ (w15 >>> 3);
      const high = turned(w2, 17) ^ turned(w2, 19) ^ (w2 >>> 10);
      words[round] = (words[round - 16]! + low + words[round - 7]! + high) | 0;
    }
    const choice = (e & f) ^ (~e & g);
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + fraction(Math.cbrt(prime)) + words[round]!) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  });
  [a, b, c, d, e, f, g, h].forEach((word, index) => (state[index] = (state[index]! + word) | 0));
}
