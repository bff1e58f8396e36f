/** Other people's suites of Ed25519 signatures, judged by the strict rule (identity specification, section 11). */

import { type Case, Skip } from './case.js';
import type { Environment, Library } from './environment.js';
import { that } from './expect.js';

interface Signature {
  readonly id: string;
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly isValid: boolean;
}

export function signatures(library: Library, environment: Environment): Case[] {
  return [
    { name: 'signatures: Wycheproof Ed25519 as marked', run: () => judge(library, environment, 'wycheproof.json', wycheproof, 150) },
    { name: 'signatures: CCTV Ed25519, strict verdicts', run: () => judge(library, environment, 'cctv.json', cctv, 450) },
  ];
}

async function judge({ package: { load } }: Library, environment: Environment, file: string, read: (json: any) => Signature[], least: number) {
  const text = await environment.read(file);
  if (text === undefined) throw new Skip(`${file} was not given to the runner`);
  const { Verifier } = await load();
  const all = read(JSON.parse(text));
  that(all.length >= least, `only ${all.length} cases`);
  const wrong = all.filter(({ key, message, signature, isValid }) => Verifier.verifySignature(key, message, signature) !== isValid);
  that(!wrong.length, `judged otherwise: ${wrong.map(({ id }) => id).join(', ')}`);
}

function wycheproof({ testGroups }: any): Signature[] {
  return testGroups.flatMap(({ publicKey, tests }: any) =>
    tests.map(({ tcId, msg, sig, result }: any) => ({
      id: String(tcId),
      key: fromHex(publicKey.pk),
      message: fromHex(msg),
      signature: fromHex(sig),
      isValid: result === 'valid',
    })),
  );
}

function cctv({ cases }: any): Signature[] {
  return cases.map(({ number, key, sig, msg, strict }: any) => ({
    id: String(number),
    key: fromHex(key),
    message: new TextEncoder().encode(msg),
    signature: fromHex(sig),
    isValid: strict,
  }));
}

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  return bytes.map((_, index) => Number.parseInt(text.slice(2 * index, 2 * index + 2), 16));
}
