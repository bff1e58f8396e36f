/** Nothing is coerced on its way into the component (design, hazards of generated bindings). */

import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { equal, refused, that } from '../expect.js';

const SEED = new Uint8Array(32).fill(7);
const SECOND = '2026-04-23T00:00:00Z';

export function argumentHazards({ package: { load } }: Library): Case[] {
  return [
    {
      name: 'arguments: a text where bytes are expected is refused, never empty bytes',
      run: async () => {
        const { Key, VerifyingKey, Verifier, ReplayWindow } = await load();
        const text = '07'.repeat(32) as never;
        await refused('argument-invalid', () => Key.import('seed', text));
        await refused('argument-invalid', () => VerifyingKey.import('raw', text));
        await refused('argument-invalid', () => Verifier.verifySignature(text, SEED, SEED));
        await refused('argument-invalid', () => Verifier.verifySignature(SEED, '' as never, SEED));
        const replays = ReplayWindow.open();
        await refused('argument-invalid', () => replays.admit(text, 0));
        replays.dispose();
      },
    },
    {
      name: 'arguments: only a Uint8Array is bytes',
      run: async () => {
        const { Key } = await load();
        const others = [SEED.buffer, new DataView(SEED.buffer), new Int8Array(32), new Uint8ClampedArray(32), [...SEED], { length: 32 }, null, undefined];
        for (const other of others) await refused('argument-invalid', () => Key.import('seed', other as never));
      },
    },
    {
      name: 'arguments: a view into a larger buffer is its own bytes',
      run: async () => {
        const { Key } = await load();
        const larger = new Uint8Array(96).fill(9);
        larger.set(SEED, 32);
        const [one, other] = [Key.import('seed', larger.subarray(32, 64)), Key.import('seed', SEED)];
        equal(one.public().thumbprint, other.public().thumbprint);
        one.dispose();
        other.dispose();
      },
    },
    {
      name: 'arguments: half a surrogate pair is refused, whole characters pass unchanged',
      run: async () => {
        const { Assertion, Key } = await load();
        const key = Key.import('seed', SEED);
        await refused('argument-invalid', () => Assertion.authorizeAt(key, 'agent-\ud83d', 'task', SECOND));
        await refused('argument-invalid', () => Assertion.authorizeAt(key, 'agent', '\ude00task', SECOND));
        const header = Assertion.authorizeAt(key, 'agent', 'täsk-😀', SECOND);
        equal(Assertion.parse(header).taskId, 'täsk-😀');
        key.dispose();
      },
    },
    {
      name: 'arguments: numbers are neither made of texts nor rounded',
      run: async () => {
        const { Assertion, Key, ReplayWindow } = await load();
        const key = Key.import('seed', SEED);
        for (const offset of ['5', 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, null, {}, true]) {
          await refused('argument-invalid', () => Assertion.authorize(key, 'agent', 'task', offset as never));
        }
        for (const capacity of ['9', -1, 1.5, 2 ** 32, null]) {
          await refused('argument-invalid', () => ReplayWindow.open({ capacity: capacity as never }));
        }
        key.dispose();
      },
    },
    {
      name: 'arguments: truth values, enums and variants are not guessed',
      run: async () => {
        const { Key, ReplayWindow, Verifier } = await load();
        const header = 'AgentAssertion e30';
        for (const revoked of [0, 1, 'false', null]) {
          await refused('argument-invalid', () => Verifier.verifyAssertion(header, undefined, { revoked: revoked as never }));
        }
        await refused('argument-invalid', () => Key.import('SEED' as never, SEED));
        await refused('argument-invalid', () => Key.import('toString' as never, SEED));
        await refused('argument-invalid', () => ReplayWindow.open({ mode: 'strict' as never }));
        await refused('argument-invalid', () => ReplayWindow.open({ mode: { tag: 'cap' } as never }));
      },
    },
    {
      name: 'arguments: undefined is none, null is not, and an empty text is a text',
      run: async () => {
        const { TaskRef } = await load();
        equal(TaskRef.normalize({ kind: 'run' }), undefined);
        equal(TaskRef.normalize({ kind: 'run', value: undefined }), undefined);
        await refused('argument-invalid', () => TaskRef.normalize({ kind: 'run', value: null as never }));
        await refused('argument-invalid', () => TaskRef.normalize(undefined as never));
        await refused('ref-missing', () => TaskRef.normalize({ kind: 'thread', value: undefined }));
        const empty = await refusal(() => TaskRef.normalize({ kind: 'thread', value: '' }));
        that(empty !== 'argument-invalid', 'an empty text is not a missing one');
      },
    },
    {
      name: 'arguments: a refusal says where, and keeps what was given to itself',
      run: async () => {
        const { TaskRef, Verifier } = await load();
        const secret = 'do-not-repeat-this';
        const inner = await refused('argument-invalid', () => TaskRef.normalize({ kind: 7 as never, value: secret }));
        that(/kind/.test(inner.message), inner.message);
        const outer = await refused('argument-invalid', () => Verifier.verifySignature(secret as never, SEED, SEED));
        that(!outer.message.includes(secret), 'the message repeats the argument');
      },
    },
    {
      name: 'arguments: texts and bytes beyond the present size of the memory are whole',
      run: async () => {
        const { Key, Verifier } = await load();
        const key = Key.import('seed', SEED);
        const message = new Uint8Array(8 << 20).fill(1);
        that(!Verifier.verifySignature(key.public().raw, message, new Uint8Array(64)), 'a signature of zeros is none');
        await refused('assertion-too-long', async () => (await load()).Assertion.parse(`AgentAssertion ${'a'.repeat(4 << 20)}`));
        equal(key.public().raw.length, 32);
        key.dispose();
      },
    },
  ];
}

async function refusal(call: () => unknown): Promise<string> {
  try {
    call();
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
  return 'none';
}
