// What the app does with an identity. Nothing here is Electron's: the tests run it under Node.

import { hasCode, load } from 'agent-identity';

/** Longest question the page may ask. */
const LONGEST = 4000;

/**
 * The operations that the page may ask for. What they return is plain data, and never a key, a token or a header.
 *
 * @typedef {object} Operations
 * @property {() => Promise<Status>} status Who is logged in.
 * @property {() => Promise<Status>} enroll Logs in: makes a key, registers it and keeps it; what is kept already is used.
 * @property {(text: unknown) => Promise<Answer>} ask Sends a signed request with this text, and gives the answer.
 * @property {() => Promise<Status>} logout Forgets the identity, here and on the disk.
 *
 * @typedef {object} Status
 * @property {string} [agentRuntimeId]
 * @property {string} [accountId]
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} text
 */

/**
 * @param {object} given
 * @param {import('agent-identity').Storage} given.storage
 * @param {import('./settings.js').Settings} given.settings
 * @param {import('agent-identity').Observer} given.onEvent
 * @returns {Promise<Operations>}
 */
export async function openIdentity({ storage, settings, onEvent }) {
  const component = (await load()).with({ storage });
  const enrollment = component.Enrollment.open({ authapiBase: settings.authapiBase, description: { source: 'desktop', os: process.platform }, onEvent });
  /** @returns {Status} */
  const status = () => {
    const { agentRuntimeId, accountId } = enrollment.agent?.identity ?? {};
    return { ...(agentRuntimeId && { agentRuntimeId }), ...(accountId && { accountId }) };
  };
  /** The agent of the last time, if there was one. */
  const stored = async () => {
    if (enrollment.agent) return;
    await enrollment.load().catch((error) => {
      if (!hasCode(error, 'auth-material-missing')) throw error;
    });
  };
  return {
    status: async () => {
      await stored();
      return status();
    },
    enroll: async () => {
      const { accountId, chatgptUserId } = settings;
      const accessToken = await settings.readToken();
      await enrollment.bootstrap({ accountId, chatgptUserId, planType: 'unknown', fedramp: false, accessToken });
      return status();
    },
    ask: async (text) => {
      if (typeof text !== 'string' || !text || text.length > LONGEST) throw new TypeError(`a question is a text of 1 to ${LONGEST} characters`);
      await stored();
      if (!enrollment.agent) throw new Error('nobody is logged in; enroll first');
      const body = JSON.stringify({ model: settings.model, input: text });
      const headers = { 'content-type': 'application/json' };
      const answer = await enrollment.agent.fetch(settings.responsesUrl, { method: 'POST', headers, body });
      return { status: answer.status, text: await answer.text() };
    },
    logout: async () => {
      await enrollment.logout();
      return status();
    },
  };
}
