// Judges requests that come with an assertion: the signature, the time, and that it is used once.

import { AgentIdentityError } from 'agent-identity';

/** @typedef {{ agentRuntimeId: string } | { refused: string }} Verdict */

/**
 * Admits the agents whose public keys are given by their ids, as lines `ssh-ed25519 …`.
 *
 * @param {import('agent-identity').Component} component
 * @param {Record<string, string>} agents
 * @param {boolean} hasRun Whether it may have accepted some before. Which ones is lost: what could be one of them is refused until it has expired.
 * @returns {(authorization: string | undefined) => Verdict}
 */
export function guard({ Assertion, ReplayWindow, Verifier, VerifyingKey }, agents, hasRun) {
  const keys = new Map(Object.entries(agents).map(([id, line]) => [id, VerifyingKey.import('ssh', new TextEncoder().encode(line))]));
  const replays = ReplayWindow.open({ mode: { tag: 'strict' }, isLost: hasRun });
  return (authorization) => {
    try {
      const { agentRuntimeId } = Assertion.parse(authorization ?? '');
      // Agents that nobody knows are refused with the verdict `agent-unknown`.
      const { replayKey, timestampS } = Verifier.verifyAssertion(authorization ?? '', keys.get(agentRuntimeId), { markS: replays.mark() });
      replays.admit(replayKey, timestampS);
      return { agentRuntimeId };
    } catch (error) {
      if (error instanceof AgentIdentityError) return { refused: error.code };
      throw error;
    }
  };
}
