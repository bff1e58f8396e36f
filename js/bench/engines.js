// The two engines of the package beside each other: the same calls, through the same classes.

import { AGENT, TASK, settle } from './subjects.js';

/** Each subject by its engine: `header/component` and `header/compact` are one call. */
export function engines(components) {
  return Object.entries(components).flatMap(([engine, component]) => calls(component).map(({ name, call }) => ({ name: `${name}/${engine}`, call })));
}

function calls(component) {
  const { Assertion, Key, Verifier, VerifyingKey, metadata } = component;
  const key = Key.generate();
  settle(component, key);
  const verifying = VerifyingKey.import('raw', key.public().raw);
  // The same header all the time, which must not grow too old.
  const header = Assertion.authorize(key, AGENT, TASK);
  const policy = { maxAgeS: 900, aheadS: 60 };
  const parts = { originator: 'cli', version: '1.0.0', os: 'Linux', osVersion: '6.1', terminal: 'xterm' };
  return [
    { name: 'engine/header', call: () => Assertion.authorize(key, AGENT, TASK) },
    { name: 'engine/verify', call: () => Verifier.verifyAssertion(header, verifying, {}, policy) },
    // What a call costs that does nothing, one that takes and gives text, and one that gives a record.
    { name: 'engine/nothing', call: () => key.custodianKeyId() },
    { name: 'engine/text', call: () => metadata.renderUserAgent(parts) },
    { name: 'engine/record', call: () => Assertion.parse(header) },
  ];
}
