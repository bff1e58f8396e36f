// Both programs say the same: help, wrong usage, answers. And what only the Node command says.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { skip } from '../authority.mjs';
import { PROGRAMS, Workplace } from './workplace.mjs';

const place = new Workplace();
after(() => place.remove());

const COMMANDS = ['sign', 'verify', 'inspect', 'keygen', 'conform', 'doctor'];

for (const command of COMMANDS) {
  test(`the help of ${command} is the Rust program's, to the letter`, { skip }, async () => {
    for (const args of [['help', command], [command, '--help'], [command, '-h']]) {
      const [rust, node] = await Promise.all([place.run('rust', args), place.run('node', args)]);
      assert.deepEqual(node, rust, args.join(' '));
    }
  });
}

/** Each is refused by both, in the same words. */
const WRONG = [
  'keygen',
  'keygen --out',
  'keygen --form zz --out a',
  'keygen --out a --out b',
  'keygen --oot a',
  'keygen -x',
  'verify',
  'verify --max-age x --public-key a',
  'verify --max-age -1 --public-key a',
  'verify --max-age 4294967296 --public-key a',
  'verify --max-age 9999999999999999999 --public-key a',
  'verify --max-age=-1 --public-key a',
  'keygen --out --json',
  'verify --max-age= --public-key a',
  'verify --public-key a --account b',
  'verify --sent-account b',
  'verify --public-key a --public-key-file b',
  'verify --public-form zz --max-age 99999999999',
  'verify --at 2026-02-30T00:00:00Z --public-key a',
  'inspect a b',
  'inspect --recent a',
  'inspect --thread t',
  'inspect --limit 2',
  'sign --account',
  'sign --value',
  'sign --fields=1',
  'sign --kind a --task-id b',
  'doctor --probe-data x',
  'conform x',
  '--storage zz sign',
  'sign --storage-key-file a --storage-passphrase-file b',
  'help zz',
  'sing',
  '--json',
  'sign --no-such-option --json',
  'keygen --json',
];

for (const line of WRONG) {
  test(`wrong usage is told alike: ${line}`, { skip }, async () => {
    const [rust, node] = await Promise.all([place.run('rust', line.split(' ')), place.run('node', line.split(' '))]);
    assert.equal(node.exit, rust.exit);
    assert.equal(node.exit, 2);
    assert.equal(node.stdout, rust.stdout);
    // What clap counts as part of a usage line is its own.
    const words = ({ stderr }) => stderr.replace(/^Usage: .*$/m, '');
    assert.equal(words(node), words(rust));
  });
}

test('failures are told alike', { skip }, async () => {
  place.write('empty', '');
  place.write('large', 'x'.repeat(65_537));
  place.write('open', 'AgentAssertion e30');
  const ssh = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs';
  for (const args of [
    ['sign'],
    ['sign', '--json'],
    ['keygen', '--out', 'no/such/folder'],
    ['inspect', 'none'],
    ['inspect', 'empty'],
    ['inspect', 'large'],
    ['inspect', 'open'],
    ['inspect', '.'],
    ['verify', '--public-key', ssh, '--header-file', 'open'],
    ['verify', '--public-key', ssh, '--header-file', 'open', '--json'],
    ['verify', '--public-key', 'ssh-ed25519 AAAA', '--header-file', 'open', '--json'],
    ['verify', '--public-key-file', 'none', '--header-file', 'open'],
  ]) {
    const [rust, node] = await Promise.all([place.run('rust', args), place.run('node', args)]);
    assert.deepEqual(node, rust, args.join(' '));
    assert.notEqual(node.exit, 0);
  }
});

test('what one program signs the other one verifies and inspects, and both answer alike', { skip }, async () => {
  const serve = await place.serve([]);
  try {
    const { authapi_base: base } = serve.urls;
    const done = async (which, args, stdin) => {
      const { exit, stdout, stderr } = await place.run(which, args, { stdin });
      assert.equal(exit, 0, `${args}: ${stderr}`);
      return stdout;
    };
    const made = JSON.parse(await done('rust', ['init', '--authapi-base', base, '--json']));
    await done('rust', ['register', '--token-file', 'token', '--account', 'acct-1', '--user', 'user-1']);
    const taskId = (await done('rust', ['task', '--kind', 'opaque', '--value', 'Bug-17'])).trim();
    const signed = JSON.parse(await done('node', ['sign', '--kind', 'opaque', '--value', 'Bug-17', '--json']));
    assert.equal(signed.task_id, taskId);
    assert.equal(signed.external_task_ref, 'Bug-17');
    for (const signer of ['rust', 'node']) {
      const header = await done(signer, ['sign', '--kind', 'opaque', '--value', 'Bug-17']);
      for (const args of [['inspect', '--json'], ['verify', '--public-key', made.public_key], ['verify', '--public-key', made.public_key, '--json']]) {
        const [rust, node] = await Promise.all([done('rust', args, header), done('node', args, header)]);
        const still = (text) => text.replace(/"age_s":\d+,/, '');
        assert.equal(still(node), still(rust), args.join(' '));
      }
    }
    const checks = async (which) => (await done(which, ['doctor'])).replace(/^ok {4}component.*$/m, '');
    assert.equal(await checks('node'), await checks('rust'));
    assert.equal(JSON.parse(await done('node', ['doctor', '--json'])).ok, true);
  } finally {
    await serve.stop();
  }
});

test('keys that keygen makes are read by node:crypto, and the public forms are theirs', async () => {
  const der = (key) => ({ key, format: 'der', type: 'pkcs8' });
  const forms = {
    'pkcs8-pem': (bytes) => ({ key: bytes, format: 'pem' }),
    'pkcs8-base64': (bytes) => der(Buffer.from(bytes.toString(), 'base64')),
    'pkcs8-der': der,
  };
  for (const [form, read] of Object.entries(forms)) {
    const { exit, stdout } = await place.run('node', ['keygen', '--form', form, '--out', `key.${form}`, '--json']);
    assert.equal(exit, 0);
    const key = createPublicKey(createPrivateKey(read(readFileSync(place.path(`key.${form}`)))));
    const { spki, jwk } = JSON.parse(stdout);
    assert.equal(key.export({ format: 'der', type: 'spki' }).toString('base64'), spki);
    assert.equal(key.export({ format: 'jwk' }).x, JSON.parse(jwk).x);
    assert.equal(place.mode(`key.${form}`), '600');
  }
});

test('a storage that only the Rust program opens is not replaced by a weaker one', async () => {
  const empty = new Workplace();
  for (const where of ['keyring', 'encrypted', 'auto', 'strongest']) {
    const { exit, stdout, stderr } = await empty.run('node', ['sign', '--storage', where]);
    assert.equal(exit, 3, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^error\[store-read-failed\]: .* by the Rust program only\n {2}next: use that, or move the identity/);
  }
  empty.remove();
});

test('a command of the Rust program is unknown here', async () => {
  for (const command of ['init', 'register', 'serve']) {
    const { exit, stderr } = await place.run('node', [command]);
    assert.equal(exit, 2);
    assert.ok(stderr.startsWith(`error: unrecognized subcommand '${command}'`), stderr);
  }
});

test('k14 no option takes a secret', async () => {
  for (const command of COMMANDS) {
    const { stdout } = await place.run('node', ['help', command]);
    const options = stdout.split('\n').map((line) => line.trim()).filter((line) => line.startsWith('--'));
    for (const option of options.filter((one) => /token|key|secret|pass/.test(one))) {
      assert.match(option, /<FILE|^--public-(key <LINE>|form)/, `${command}: ${option}`);
    }
  }
});

test('a full disk is told', { skip: process.platform !== 'linux' && 'only Linux has /dev/full' }, () => {
  const { stderr } = spawnSync('sh', ['-c', `'${PROGRAMS.node.join("' '")}' --help > /dev/full; echo "exit $?" >&2`]);
  assert.match(String(stderr), /^error\[store-write-failed\]: standard output cannot be written: .*\n {2}next: .*\nexit 4\n$/);
});

test('a reader that has seen enough is no failure', async () => {
  const line = `{ '${PROGRAMS.node.join("' '")}' --help; echo "exit $?" >&2; } | true`;
  assert.equal(String(spawnSync('sh', ['-c', line]).stderr), 'exit 0\n');
});
