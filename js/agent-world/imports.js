// The five imports of the world `agent`, over a host of the package.

/** What jco asks for. Failures are thrown as the case of the WIT enum. */
export function importsOf(host) {
  return {
    'agent-identity:agent/http': {
      send: (request) => answered(() => host.http.send(request, NEVER), ['timeout', 'connect', 'cancelled'], 'failed'),
    },
    'agent-identity:agent/storage': {
      load: (name) => answered(() => host.storage.load(name), ['cancelled'], 'unreadable'),
      store: (name, document, revision) => answered(() => host.storage.replace(name, revision, document), ['conflict', 'cancelled'], 'unwritable'),
      erase: (name) => answered(() => host.storage.erase(name), ['conflict', 'cancelled'], 'unwritable'),
    },
    'agent-identity:agent/custodian': {
      sign: (keyId, text) => asked(host.custodian, 'sign', keyId, text),
      unseal: (keyId, sealed) => asked(host.custodian, 'unseal', keyId, sealed),
    },
    'agent-identity:agent/clock': {
      now: () => whole(host.clock.now()),
      monotonic: () => whole(host.clock.monotonic()),
      wait: (ms) => host.sleep(Number(ms), NEVER),
    },
    'agent-identity:component/random': { bytes: (length) => drawn(host.random, length) },
  };
}

/** The component's calls are not cancelled from here: nothing aborts this. */
const NEVER = new AbortController().signal;

async function answered(work, failures, otherwise) {
  try {
    return await work();
  } catch (error) {
    throw failures.includes(error?.failure) ? error.failure : otherwise;
  }
}

async function asked(custodian, what, keyId, bytes) {
  if (!custodian?.[what]) throw 'unsupported';
  return answered(() => custodian[what](keyId, bytes), ['unsupported', 'cancelled'], 'failed');
}

const whole = (reading) => (typeof reading === 'bigint' ? reading : BigInt(Math.trunc(reading)));

/** No caller needs more, and no browser gives more at once. */
function drawn(random, length) {
  if (length > 65_536) throw undefined;
  const bytes = new Uint8Array(length);
  try {
    random.fill(bytes);
  } catch {
    throw undefined;
  }
  return bytes;
}
