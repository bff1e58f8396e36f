/** Originators and user agents. */

import { bool, defaulted, name, option, sorted, struct, text } from './json.js';
import { wholeOperation } from './operation.js';

export const resolve = wholeOperation(
  struct({
    mode: option(text),
    env: option(text),
    service_name: option(text),
    persisted: option(text),
    inherited: option(text),
    process: option(text),
    service_name_match: option(name(['exact', 'ignore-case'])),
    replacements: option(sorted(text)),
  }),
  (driver, { env, service_name: serviceName, persisted, inherited, process, ...input }) => {
    const rules = {
      mode: input.mode ?? 'env-first',
      exactNames: input.service_name_match === 'exact',
      replacements: input.replacements ?? [],
    };
    const resolved = driver.guest.metadata.resolveOriginator({ env, serviceName, persisted, inherited, process }, rules);
    return {
      originator: resolved.value,
      source: resolved.source,
      warnings: resolved.warnings.map(([source, reason]) => ({ source, reason })),
      is_first_party: resolved.isFirstParty,
      is_first_party_chat: resolved.isFirstPartyChat,
    };
  },
);

export const parent = wholeOperation(
  struct({ history: text, spawned_by: option(text), parent: option(text), forked_from: option(text) }),
  (driver, input) => ({
    inherits_from: driver.guest.metadata.originatorParent(input.history, input.spawned_by, input.parent, input.forked_from),
  }),
);

export const check = wholeOperation(struct({ value: text, is_client_name: defaulted(bool, () => false) }), (driver, input) => ({
  is_set: driver.guest.metadata.checkOriginator(input.value, input.is_client_name),
}));

export const renderUserAgent = wholeOperation(
  struct({
    originator: text,
    version: text,
    os: text,
    os_version: text,
    arch: option(text),
    terminal: text,
    suffix: option(text),
  }),
  (driver, { os_version: osVersion, ...parts }) => ({ user_agent: driver.guest.metadata.renderUserAgent({ ...parts, osVersion }) }),
);
