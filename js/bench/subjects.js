// What is measured wherever the package runs: itself, and WebCrypto.

/** What a header signs, with ids as long as those of a backend. */
export const AGENT = 'agent-0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
export const TASK = 'task-0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c';
export const TEXT = new TextEncoder().encode(`${AGENT}:${TASK}:2026-04-23T00:00:00Z`);

/** The first signatures of an instance are made twice. What is measured is what comes after them. */
export function settle({ Assertion }, key) {
  for (let each = 0; each < 2048; each += 1) Assertion.authorize(key, AGENT, TASK);
}

/** The package with a key in the component, and with one that the custodian keeps. */
export async function ours(component, custodian, kept) {
  const { Assertion, Key, Verifier, VerifyingKey } = component;
  const key = Key.generate();
  settle(component, key);
  const verifying = VerifyingKey.import('raw', key.public().raw);
  // The same header all the time, which must not grow too old.
  const header = Assertion.authorize(key, AGENT, TASK);
  const policy = { maxAgeS: 900, aheadS: 60 };
  const held = component.with({ custodian });
  const agent = held.Agent.open({ agentRuntimeId: AGENT, key: Key.custodial(kept), authapiBase: 'https://auth.example', runTask: TASK });
  return [
    { name: 'header/agent-identity', call: () => Assertion.authorize(key, AGENT, TASK) },
    { name: 'header/custodian', call: () => agent.authorize(), awaits: true },
    { name: 'verify/agent-identity', call: () => Verifier.verifyAssertion(header, verifying, {}, policy) },
    { name: 'call/nothing', call: () => key.custodianKeyId() },
  ];
}

/** Raw signatures of WebCrypto; none where it has no Ed25519. */
export async function webCrypto() {
  const { subtle } = crypto;
  const pair = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const signature = await subtle.sign('Ed25519', pair.privateKey, TEXT);
  return [
    { name: 'sign/web-crypto', call: () => subtle.sign('Ed25519', pair.privateKey, TEXT), awaits: true },
    { name: 'verify/web-crypto', call: () => subtle.verify('Ed25519', pair.publicKey, signature, TEXT), awaits: true },
  ];
}
