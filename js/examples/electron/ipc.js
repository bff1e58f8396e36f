// Between the page and the main process: named operations, answers as plain data, errors without anything of theirs but code and message.

import { AgentIdentityError } from 'agent-identity';

/** @typedef {{ value: unknown } | { error: { code: string, advice: string, message: string } }} Reply */

/**
 * Offers each operation under its name.
 *
 * @param {object} operations
 * @param {(channel: string, answer: (...given: unknown[]) => Promise<Reply>) => void} handle
 */
export function serve(operations, handle) {
  for (const [name, operation] of Object.entries(operations)) {
    handle(`identity:${name}`, async (...given) => {
      try {
        return { value: await operation(...given) };
      } catch (error) {
        return { error: told(error) };
      }
    });
  }
}

/**
 * Errors lose their members on the way, and what is unknown may say more than the page should know.
 *
 * @param {unknown} error
 */
function told(error) {
  if (error instanceof AgentIdentityError) return { code: error.code, advice: error.advice, message: error.message };
  if (error instanceof TypeError) return { code: 'argument-invalid', advice: 'fix-config', message: error.message };
  return { code: 'failed', advice: 'never', message: 'that did not work; the log of the app says why' };
}
