/** Identity JWTs, stored records and base URLs. */

import type { Identity } from '../generated/types.js';
import { orOmitted } from './answer.js';
import { hexText, utf8 } from './bytes.js';
import { TIME, askedAt } from './instant.js';
import { option, struct, text } from './json.js';
import { operation } from './operation.js';

export const resolveBaseUrls = operation(
  struct({ chatgpt_base_url: option(text), authapi_override: option(text), jwks_override: option(text) }),
  (driver, input) => {
    const { resolveBaseUrls } = driver.guest.logins;
    const urls = resolveBaseUrls(input.chatgpt_base_url, input.authapi_override, input.jwks_override);
    return { authapi_base: urls.authapiBase, jwks_url: urls.jwksUrl };
  },
);

/** The component accepts one issuer and one audience (J8) and therefore does not repeat them. */
const ISSUER = 'https://chatgpt.com/codex-backend/agent-identity';
const AUDIENCE = 'codex-app-server';

export const verifyJwt = operation(struct({ jwt: text, jwks: text, ...TIME }), (driver, input) => {
  driver.setClock(askedAt(input));
  const [{ identity, iat, exp }, key] = driver.guest.logins.verifyJwt(input.jwt, utf8(input.jwks));
  try {
    return {
      iss: ISSUER,
      aud: AUDIENCE,
      iat,
      exp,
      agent_runtime_id: identity.agentRuntimeId,
      account_id: identity.accountId,
      chatgpt_user_id: identity.chatgptUserId,
      email: orOmitted(identity.email),
      plan_type: identity.planType,
      chatgpt_account_is_fedramp: identity.fedramp,
      public_key_hex: hexText(driver.guest.keys.key.public(key).raw),
    };
  } finally {
    key.drop();
  }
});

export const readRecord = operation(struct({ auth_json: text, account_id: text, chatgpt_user_id: text }), (driver, input) => {
  const { action, identity } = driver.guest.logins.readRecord(utf8(input.auth_json), input.account_id, input.chatgpt_user_id);
  // A record that is going to be replaced is ignored (§8.4).
  return { action, record: identity && action !== 'register-agent' ? recordOf(identity) : null };
});

/** A record as it is written, without its key. */
function recordOf(identity: Identity) {
  return {
    agent_runtime_id: identity.agentRuntimeId,
    account_id: identity.accountId,
    chatgpt_user_id: identity.chatgptUserId,
    email: identity.email ?? '',
    plan_type: identity.planType,
    chatgpt_account_is_fedramp: identity.fedramp,
    task_id: orOmitted(identity.taskId),
  };
}
