// Measures in the Node that runs this file, and prints its figures as JSON. Arguments: the effort, and the folder of the peers, if they are there.

import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { load as loadCompact } from '../dist/compact/node.js';
import { NodeCryptoCustodian } from '../dist/hosts/node-crypto.js';
import { load } from '../dist/node.js';
import { engines } from './engines.js';
import { EFFORTS, measure } from './harness.js';
import { TEXT, ours, webCrypto } from './subjects.js';
import { threads } from './threads.mjs';

const [, , effort, peersFolder] = process.argv;

const custodian = new NodeCryptoCustodian();
const subjects = [
  ...(await ours(await load(), custodian, custodian.generate('bench'))),
  ...threads(),
  ...engines({ component: await load(), compact: await loadCompact() }),
  ...nodeCrypto(),
  ...(await webCrypto()),
  ...(peersFolder ? await (await import('./peers.mjs')).peers(peersFolder) : []),
];
const told = JSON.stringify({ version: process.versions.node, rows: await measure(subjects, EFFORTS[effort]) });
// Workers would be waited for.
process.stdout.write(`${told}\n`, () => process.exit());

function nodeCrypto() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey);
  const signature = sign(null, TEXT, privateKey);
  return [
    { name: 'sign/node-crypto', call: () => sign(null, TEXT, privateKey) },
    { name: 'verify/node-crypto', call: () => verify(null, TEXT, publicKey, signature) },
  ];
}
