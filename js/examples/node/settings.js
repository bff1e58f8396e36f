// What the service is told by its environment.

const NAMES = {
  home: 'EXAMPLE_HOME',
  authapiBase: 'EXAMPLE_AUTHAPI_BASE',
  responsesUrl: 'EXAMPLE_RESPONSES_URL',
  tokenFile: 'EXAMPLE_TOKEN_FILE',
  accountId: 'EXAMPLE_ACCOUNT',
  chatgptUserId: 'EXAMPLE_USER',
  agentsFile: 'EXAMPLE_AGENTS_FILE',
};

/**
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {Record<keyof typeof NAMES, string> & { port: number }}
 */
export function settings(environment) {
  const missing = Object.values(NAMES).filter((name) => !environment[name]);
  if (missing.length) throw new Error(`set ${missing.join(', ')}; README.md says what they mean`);
  const texts = Object.fromEntries(Object.entries(NAMES).map(([member, name]) => [member, environment[name]]));
  return /** @type {any} */ ({ ...texts, port: Number(environment['EXAMPLE_PORT'] ?? 8081) });
}
