/** Which backend is meant. */

import type { Component } from '../component.js';
import type { BaseUrls } from '../generated/types.js';
import type { Context } from './context.js';

/** The URLs in force: what the options say, else the environment, else what is remembered, else the production service. */
export async function baseUrls({ given, home }: Context, component: Component): Promise<BaseUrls> {
  // The variables of the reference client (§8.5).
  const authapi = filled(process.env['CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL']);
  const jwks = filled(process.env['CODEX_AGENT_IDENTITY_JWKS_BASE_URL']);
  const remembered = await home.settings();
  const resolved = component.guest.logins.resolveBaseUrls(undefined, authapi, jwks);
  const ofSettings = <T>(override: string | undefined, value: T) => (override === undefined ? value : undefined);
  const authapiBase = filled(given.text('authapi-base')) ?? ofSettings(authapi, remembered?.authapi_base) ?? resolved.authapiBase;
  const jwksUrl = ofSettings(jwks, remembered?.jwks_url) ?? resolved.jwksUrl;
  return { authapiBase: authapiBase.replace(/\/+$/, ''), jwksUrl };
}

/** A blank variable counts as unset. */
function filled(text: string | undefined): string | undefined {
  return text?.trim() || undefined;
}
