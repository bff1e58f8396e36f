// Where the app's backend is, and who is logged in. A real app has a login of its own; this one is told by its environment.

import { readFile } from 'node:fs/promises';

/**
 * @typedef {object} Settings
 * @property {string} authapiBase
 * @property {string} responsesUrl
 * @property {string} accountId
 * @property {string} chatgptUserId
 * @property {string} model
 * @property {() => Promise<string>} readToken The access token, read when it is needed and kept nowhere.
 */

/**
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {Settings}
 */
export function settings(environment) {
  const { EXAMPLE_AUTHAPI_BASE, EXAMPLE_RESPONSES_URL, EXAMPLE_ACCOUNT, EXAMPLE_USER, EXAMPLE_TOKEN_FILE } = environment;
  if (!EXAMPLE_AUTHAPI_BASE || !EXAMPLE_RESPONSES_URL || !EXAMPLE_ACCOUNT || !EXAMPLE_USER || !EXAMPLE_TOKEN_FILE) {
    throw new Error('set EXAMPLE_AUTHAPI_BASE, EXAMPLE_RESPONSES_URL, EXAMPLE_ACCOUNT, EXAMPLE_USER and EXAMPLE_TOKEN_FILE; start.sh does');
  }
  return {
    authapiBase: EXAMPLE_AUTHAPI_BASE,
    responsesUrl: EXAMPLE_RESPONSES_URL,
    accountId: EXAMPLE_ACCOUNT,
    chatgptUserId: EXAMPLE_USER,
    model: 'example',
    readToken: async () => (await readFile(EXAMPLE_TOKEN_FILE, 'utf8')).trim(),
  };
}
