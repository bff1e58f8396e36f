/** What is left of a secret in the memory of the component when the program is done with it. */

import type { Case } from './case.js';
import type { Library, Package } from './environment.js';
import { equal, refused, that } from './expect.js';
import { Draws } from './random.js';

type Component = Package.Component;

export function secrets(library: Library): Case[] {
  const forms = ['seed', 'pkcs8-der', 'pkcs8-base64', 'pkcs8-pem', 'jwk'] as const;
  return [
    ...forms.map((form) => ({
      name: `secrets: a key imported as ${form} is gone from the memory when it is disposed of`,
      run: async () => {
        const { component, memory } = await instance(library);
        const planted = await plant(library);
        const key = component.Key.import(form, planted.forms[form]);
        component.Assertion.authorizeAt(key, 'agent', 'task', '2026-04-23T00:00:00Z');
        that(memory().holds(planted.seed), 'the scan does not find what is there');
        key.dispose();
        planted.absentFrom(memory());
      },
    })),
    {
      name: 'secrets: a key held by an agent goes with the last of its holders',
      run: async () => {
        const { component, memory } = await instance(library);
        const planted = await plant(library);
        const key = component.Key.import('seed', planted.seed);
        const agent = component.Agent.open({ agentRuntimeId: 'agent', key, authapiBase: 'https://auth.example', runTask: 'task' });
        key.dispose();
        that(memory().holds(planted.seed), 'the agent has lost its key');
        for (let count = 0; count < 50; count += 1) await agent.authorize();
        agent.dispose();
        planted.absentFrom(memory());
      },
    },
    {
      name: 'secrets: a key that was revealed leaves nothing behind',
      run: async () => {
        const { component, memory } = await instance(library);
        const planted = await plant(library);
        const key = component.Key.import('seed', planted.seed);
        for (const form of ['pkcs8-der', 'pkcs8-base64', 'pkcs8-pem'] as const) component.Reveal.privateKey(key, form).fill(0);
        key.dispose();
        planted.absentFrom(memory());
      },
    },
    {
      name: 'secrets: keys that are refused leave nothing behind',
      run: async () => {
        const { component, memory } = await instance(library);
        const planted = await plant(library);
        const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
        const longer = new TextEncoder().encode(`${text(planted.forms['pkcs8-base64'])}A`);
        await refused('key-not-base64', () => component.Key.import('pkcs8-base64', longer));
        const twice = new Uint8Array(64);
        twice.set(planted.seed);
        await refused('key-malformed', () => component.Key.import('seed', twice));
        planted.absentFrom(memory());
      },
    },
    {
      name: 'secrets: an access token is gone when the registration has ended, well or badly or given up',
      run: async () => {
        const { component, memory } = await instance(library);
        const token = new TextEncoder().encode(`token-${hex(new Draws(11).bytes(24))}`);
        const key = component.Key.generate();
        const register = (send: Package.Http['send'], signal?: AbortSignal) => {
          const registration = {
            authapiBase: 'https://auth.example',
            key,
            description: { source: 'cli', os: 'linux' },
            accessToken: new TextDecoder().decode(token),
          };
          return component.with({ http: { send } }).Agent.register(registration, signal ? { signal } : {});
        };
        let wasSent = false;
        await register(async ({ headers }) => {
          wasSent = headers.some(([, value]) => value.includes('token-'));
          return { status: 200, headers: [], body: new TextEncoder().encode('{"agent_runtime_id":"agent"}'), truncated: false };
        });
        that(wasSent, 'no token was sent');
        await refused('agent-register-rejected', () =>
          register(async () => ({ status: 400, headers: [], body: new Uint8Array(), truncated: false })),
        );
        const stop = new AbortController();
        const given = register(() => new Promise(() => undefined), stop.signal).catch(() => 'given up');
        stop.abort();
        equal(await given, 'given up');
        that(!memory().holds(token), 'the token is still there');
        key.dispose();
      },
    },
    {
      name: 'secrets: a generated key is gone, and its random bytes with it',
      run: async () => {
        const { component, memory } = await instance(library);
        const planted = await plant(library);
        const key = component.with({ random: { fill: (bytes) => bytes.set(planted.seed.subarray(0, bytes.length)) } }).Key.generate();
        that(memory().holds(planted.seed), 'it was made of something else');
        key.dispose();
        planted.absentFrom(memory());
      },
    },
  ];
}

/** An instance of its own, with a look into its memory. */
async function instance(library: Library): Promise<{ component: Component; memory: () => Scan }> {
  const found: WebAssembly.Instance[] = [];
  const { Instance } = WebAssembly;
  const recorder = function (...given: ConstructorParameters<typeof Instance>) {
    const made = new Instance(...given);
    found.push(made);
    return made;
  };
  Object.defineProperty(WebAssembly, 'Instance', { value: recorder, configurable: true, writable: true });
  let component: Component;
  try {
    component = await library.package.load(await library.guest());
  } finally {
    Object.defineProperty(WebAssembly, 'Instance', { value: Instance, configurable: true, writable: true });
  }
  const [made, ...others] = found;
  that(made && !others.length, `${found.length} instances were made`);
  const memories = Object.values(made.exports).filter((one) => one instanceof WebAssembly.Memory);
  that(memories.length === 1, `${memories.length} memories are exported`);
  return { component, memory: () => new Scan(new Uint8Array(memories[0]!.buffer)) };
}

/** All bytes of a memory. */
class Scan {
  constructor(readonly bytes: Uint8Array) {}

  /** Whether these bytes are somewhere, at any alignment. */
  holds(secret: Uint8Array): boolean {
    const first = secret[0]!;
    for (let at = this.bytes.indexOf(first); at >= 0; at = this.bytes.indexOf(first, at + 1)) {
      if (secret.every((byte, index) => this.bytes[at + index] === byte)) return true;
    }
    return false;
  }
}

interface Planted {
  readonly seed: Uint8Array<ArrayBuffer>;
  readonly forms: Readonly<Record<'seed' | 'pkcs8-der' | 'pkcs8-base64' | 'pkcs8-pem' | 'jwk', Uint8Array<ArrayBuffer>>>;
  /** Nothing of the key may be there in any form: neither whole nor in halves, nor what a signer derives from it. */
  absentFrom(scan: Scan): void;
}

/** RFC 8410: everything before the seed. */
const PKCS8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

let plantings = 0;

/** A key like no other, so that what is found is this one. */
async function plant({ package: { load } }: Library): Promise<Planted> {
  plantings += 1;
  const seed = new Draws(1000 + plantings).bytes(32);
  const der = Uint8Array.from([...PKCS8, ...seed]);
  const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
  const d = base64(seed).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  // Another instance reads the public half.
  const key = (await load()).Key.import('seed', seed);
  const { jwk } = key.public();
  key.dispose();
  const pem = `-----BEGIN PRIVATE KEY-----\n${base64(der)}\n-----END PRIVATE KEY-----\n`;
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const expanded = new Uint8Array(await crypto.subtle.digest('SHA-512', seed));
  const scalar = expanded.slice(0, 32);
  scalar[0]! &= 248;
  scalar[31]! &= 127;
  scalar[31]! |= 64;
  const derived: Record<string, Uint8Array> = {
    'the seed': seed,
    'the first half of the seed': seed.subarray(0, 16),
    'the second half of the seed': seed.subarray(16),
    'the hash of the seed': expanded.subarray(0, 32),
    'the prefix for nonces': expanded.subarray(32),
    'the scalar': scalar,
    'the key in base64': utf8(base64(der).slice(24, -4)),
    'the key as JWK': utf8(d.slice(0, 40)),
  };
  return {
    seed,
    forms: {
      seed,
      'pkcs8-der': der,
      'pkcs8-base64': utf8(base64(der)),
      'pkcs8-pem': utf8(pem),
      jwk: utf8(JSON.stringify({ ...(JSON.parse(jwk) as object), d })),
    },
    absentFrom: (scan) => {
      const left = Object.entries(derived).filter(([, bytes]) => scan.holds(bytes));
      equal(left.map(([what]) => what), [], 'it is still there');
    },
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
