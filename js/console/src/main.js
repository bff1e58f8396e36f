// The console: everything it does is done by the package, in this page.

import { ClockIndicator } from './clock.js';
import { Documents } from './documents.js';
import { byId } from './dom.js';
import { described, showFailure } from './failure.js';
import { tracedFetch, tracedHost } from './host.js';
import { WebCryptoCustodian, indexedDbOrMemory, load } from './library.js';
import { KEY_ID, openAgent } from './session.js';
import { startIdentity } from './steps/identity.js';
import { startMetadata } from './steps/metadata.js';
import { startRegistration } from './steps/registration.js';
import { startRequest } from './steps/request.js';
import { startVerification } from './steps/verification.js';
import { startTheme } from './theme.js';
import { Timeline } from './timeline.js';

/** @typedef {import('./session.js').Session} Session */

/** The database of this page. */
const DATABASE = { name: 'agent-identity-console' };

startTheme();
start().catch((error) => showFailure('start-failure', error));

async function start() {
  const [plain, { storage, report }] = await Promise.all([load(), indexedDbOrMemory(DATABASE)]);
  const lasts = report.chosen === 'indexed-db';
  const custodian = new WebCryptoCustodian({ ...DATABASE, ephemeral: !lasts });
  const [timeline, clock] = [new Timeline(), new ClockIndicator()];
  const component = plain.with(tracedHost({ storage, custodian, timeline, clock }));
  const custodyRefusal = await refusalOf(new WebCryptoCustodian({ ephemeral: true }));
  /** @type {Session} */
  const session = { component, custodian, custodyRefusal, lasts, documents: new Documents(storage), timeline, clock };
  await restore(session);
  startIdentity(session);
  startRegistration(session);
  startRequest(session, startMetadata(session));
  startVerification(session);
  const { version, componentSha256 } = component.version;
  byId('build').textContent = `agent-identity ${version}, component ${componentSha256.slice(0, 16)}. This page talks to the authority and to nobody else.`;
  for (const step of document.querySelectorAll('.step')) step.removeAttribute('inert');
  document.documentElement.dataset['ready'] = 'yes';
  await readClock(session);
}

/** Why the browser cannot keep a key, if it cannot. @param {WebCryptoCustodian} custodian */
async function refusalOf(custodian) {
  try {
    await custodian.generate('trial');
    return undefined;
  } catch (error) {
    return described(error).message;
  }
}

/** The identity of an earlier visit. @param {Session} session */
async function restore(session) {
  const kept = await session.custodian.open(KEY_ID);
  if (!kept) return;
  session.custody = 'browser';
  session.key = session.component.Key.custodial(kept);
  const profile = await session.documents.profile();
  if (!profile) return;
  session.profile = profile;
  openAgent(session);
  // What is stored is taken; nothing is sent.
  await session.agent?.storedTask().catch(() => undefined);
}

/** The origin of the page tells the time, if it is the authority's. @param {Session} session */
async function readClock({ profile, clock, timeline }) {
  const base = profile?.authapiBase ?? location.href;
  if (new URL(base).origin !== location.origin) return;
  timeline.begin('Read the clock');
  await tracedFetch(timeline, clock)('./', { method: 'HEAD', cache: 'no-store' }).catch(() => undefined);
}
