/** `agent-identity keygen` */

import { open } from 'node:fs/promises';
import type { PublicForms, SecretForm } from '../generated/types.js';
import type { Context } from './context.js';
import type { Command } from './describe.js';
import { Failure } from './failure.js';
import { Source, systemText } from './input.js';
import { Facts } from './output.js';

export const KEYGEN: Command = {
  name: 'keygen',
  about: 'Make a key pair: the secret into a file, the public key in every form',
  more: '`init` makes its own key; this is for keys that live elsewhere, and for tests. The file is made with mode 0600 and an existing one is never overwritten. In text, the public forms go to standard error.',
  options: [
    {
      name: 'form',
      value: 'FORM',
      help: 'How the secret key is written',
      values: [
        ['pkcs8-pem', 'PEM block labelled `PRIVATE KEY`'],
        ['pkcs8-base64', 'base64 of the DER, as `auth.json` holds it'],
        ['pkcs8-der', '48 bytes of DER'],
      ],
      default: 'pkcs8-pem',
    },
    { name: 'out', value: 'FILE|-', help: 'New file for the secret key, or `-` for standard output', isRequired: true },
  ],
  examples: `\
Examples:
  agent-identity keygen --out agent.pem
  agent-identity keygen --form pkcs8-base64 --out - | secret-store put agent-key`,
};

export async function keygen(context: Context): Promise<void> {
  const { given, output } = context;
  const out = new Source(given.some('out'));
  if (output.isJson && out.isStandard) throw Failure.usage('--json and --out - both want standard output', 'name a file: --out FILE');
  const form = given.some('form') as SecretForm;
  const { Key, Reveal } = await context.component();
  const key = Key.generate();
  const facts = publicFacts(key.public());
  const secret = withNewline(Reveal.privateKey(key, form), form);
  key.dispose();
  try {
    await (out.isStandard ? output.bytes(secret) : writeNew(out.name, secret));
  } finally {
    secret.fill(0);
  }
  if (output.isJson) output.facts(facts.with('file', out.name));
  else if (!output.isQuiet) output.tell(facts.toTable());
}

function withNewline(secret: Uint8Array, form: SecretForm): Uint8Array {
  if (form === 'pkcs8-der' || secret.at(-1) === 10) return secret;
  const line = new Uint8Array(secret.length + 1);
  line.set(secret);
  line[secret.length] = 10;
  secret.fill(0);
  return line;
}

/** A public key in every form. */
function publicFacts({ thumbprint, ssh, jwk, spki, raw }: PublicForms): Facts {
  return new Facts()
    .with('thumbprint', thumbprint)
    .with('ssh', ssh)
    .with('jwk', jwk)
    .with('spki', Buffer.from(spki).toString('base64'))
    .with('raw_hex', Buffer.from(raw).toString('hex'));
}

/** A file that must not exist yet, for this user only. */
async function writeNew(path: string, secret: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(secret);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const next = isThere ? 'name another file; an existing one is never overwritten' : 'name a file that can be made';
    throw Failure.config(`${path} cannot be written: ${systemText(error)}`, next);
  }
}
