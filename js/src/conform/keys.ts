/** Keys in every form. */

import type { Handle } from '../engine/handle.js';
import { AgentIdentityError, configInvalid } from '../error.js';
import type { PublicForms } from '../generated/types.js';
import { Raw, type Value } from './answer.js';
import { base64, base64Text, hexText, textOf, utf8 } from './bytes.js';
import type { Driver } from './driver.js';
import { attempt, name, raw, struct, text } from './json.js';
import { operation } from './operation.js';
import { hex } from './question.js';

export const importKey = operation(
  struct({ form: name(['pkcs8-der', 'pkcs8-base64', 'pkcs8-pem', 'seed', 'jwk']), data: raw }),
  (driver, { form, data }) => described(driver, driver.guest.keys.key.import(form, dataOf(form, data, 'key-not-base64'))),
);

export const importPublic = operation(struct({ form: name(['raw', 'ssh', 'jwk', 'spki']), data: raw }), (driver, { form, data }) => {
  const key = driver.guest.keys.verifyingKey.import(form, dataOf(form, data, 'key-public-invalid'));
  try {
    return formsOf(driver.guest.keys.verifyingKey.public(key));
  } finally {
    key.drop();
  }
});

export const generate = operation(struct({ random_hex: hex }), (driver, input) => {
  driver.setRandom(input.random_hex);
  return described(driver, driver.guest.keys.key.generate());
});

function described(driver: Driver, key: Handle): Value {
  try {
    const forms = formsOf(driver.guest.keys.key.public(key));
    return { ...forms, pkcs8_v1_base64: textOf(driver.guest.reveal.privateKey(key, 'pkcs8-base64')) };
  } finally {
    key.drop();
  }
}

function formsOf(forms: PublicForms) {
  return {
    public_key_hex: hexText(forms.raw),
    ssh: forms.ssh,
    jwk: new Raw(forms.jwk),
    thumbprint: forms.thumbprint,
    spki_base64: base64Text(forms.spki),
  };
}

/** What the member `data` stands for. */
function dataOf(form: string, json: string, notBase64: string): Uint8Array {
  switch (form) {
    case 'jwk':
      // The text of a JWK as it stands in the line, so that the component sees what a parser would hide.
      if (!json.startsWith('{')) throw configInvalid('the member `data` of `input` is no object');
      return utf8(json);
    case 'seed':
    case 'raw':
      return attempt(json, hex) ?? refuse('the member `data` of `input` is not hex');
    case 'pkcs8-der':
    case 'spki':
      return base64(stringOf(json)) ?? refuse('the key is not base64 with padding; encode it anew', notBase64);
    default:
      return utf8(stringOf(json));
  }
}

function stringOf(json: string): string {
  return attempt(json, text) ?? refuse('the member `data` of `input` is no string');
}

function refuse(message: string, code = 'config-invalid'): never {
  throw new AgentIdentityError(code, 'fix-config', message);
}
