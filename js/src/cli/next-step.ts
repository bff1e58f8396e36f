/** What to do about an error: by its code where that is known, else by its advice. */

import type { Advice, AgentIdentityError } from '../error.js';
import { span, timestamp } from './time.js';

export function nextStep(error: AgentIdentityError): string {
  const waiting = waitingOf(error);
  if (waiting) return `${waiting}; then repeat the same command`;
  return BY_CODE[error.code] ?? (error.code.startsWith('ref-') ? REFERENCE : BY_ADVICE[error.advice]);
}

const UNREACHABLE = 'check that the backend is up and its URL is right: agent-identity doctor';
const REFUSED = 'this backend does not accept the identity; check --authapi-base, or make a new one: agent-identity init --force';
const ASSERTION = 'give the whole header value: AgentAssertion <token>';
const KEY = 'name the form the key is in with --form, or make a new one: agent-identity keygen --out FILE';
const JWT = 'check that this is an identity JWT: three parts with dots between them, for codex-app-server';
const KEY_SET = 'check --jwks-url: it must be the key set of whoever issued the JWT';
const REFERENCE = 'correct the reference; `agent-identity help normalize` names the rules of each kind';

const BY_CODE: Readonly<Record<string, string>> = {
  'auth-material-missing': 'make an identity: agent-identity init, then agent-identity register; or in one step: agent-identity login',
  'run-task-missing': 'register the task: agent-identity task',
  'base-url-unsupported': 'use an https URL, or http on a loopback host such as http://127.0.0.1:8080/api/accounts',
  'agent-register-rejected': 'check that the access token is current and belongs to the account',
  'network-connect': UNREACHABLE,
  'network-failed': UNREACHABLE,
  'network-timeout': UNREACHABLE,
  'task-register-unavailable': 'check that the backend is up: agent-identity doctor; then repeat',
  'bootstrap-unavailable': 'check that the backend is up: agent-identity doctor; then repeat',
  'rejected-key': REFUSED,
  'agent-unknown': REFUSED,
  'agent-revoked': REFUSED,
  'account-mismatch': 'sign for the account the agent is registered under: agent-identity doctor shows it',
  'assertion-missing': ASSERTION,
  'assertion-malformed': ASSERTION,
  'assertion-too-long': ASSERTION,
  'assertion-replayed': 'sign anew: one header may be used only a limited number of times',
  'signature-invalid': 'check that this is the public key of the agent that signed, and that nothing was altered',
  'key-public-invalid': 'check the public key and --public-form; `agent-identity keygen` prints all forms of a key',
  'key-malformed': KEY,
  'key-not-base64': KEY,
  'key-not-pkcs8': KEY,
  'key-form-unsupported': KEY,
  'jwt-malformed': JWT,
  'jwt-claims-invalid': JWT,
  'jwt-header-invalid': KEY_SET,
  'jwt-kid-unknown': KEY_SET,
  'jwt-key-unusable': KEY_SET,
  'jwt-signature-invalid': KEY_SET,
  'jwt-expired': 'get a new JWT and log in with it; agent-identity doctor checks the clock',
  'jwks-unavailable': 'check the network and --jwks-url, then repeat',
  'jwks-undecodable': 'check the network and --jwks-url, then repeat',
  'workspace-not-allowed': 'log in to an account that is allowed, or allow this one: --allowed-workspace ID',
  'store-read-failed': 'look at the home folder: agent-identity doctor',
  'component-unsupported': 'install the package anew: npm install agent-identity',
  internal: 'this is a fault of agent-identity; report it with what it was asked',
};

const BY_ADVICE: Readonly<Record<Advice, string>> = {
  never: 'repeating does not help; change what is asked',
  'after-register': 'get a new task, then repeat: agent-identity task --new',
  'back-off': 'wait a little, then repeat the same command',
  'fix-clock': 'set the clock of the signing machine, then repeat; agent-identity doctor measures it',
  'fix-config': 'correct it, then repeat; agent-identity doctor checks the whole set-up',
};

/** 9999-12-31T23:59:59Z: what lies beyond is no instant anybody waits for. */
const LAST_S = 253_402_300_799;

function waitingOf({ retryAfterS, fromCooldown }: AgentIdentityError): string | undefined {
  if (retryAfterS === undefined) return undefined;
  const until = timestamp(Math.min(Math.floor(Date.now() / 1000) + retryAfterS, LAST_S));
  const left = span(retryAfterS);
  if (fromCooldown) return `no bootstrap of this account is tried before ${until}, in ${left}, because the last one failed`;
  return `the server asks to wait until ${until}, ${left}`;
}
