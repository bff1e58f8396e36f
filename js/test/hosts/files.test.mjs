// Documents in files: modes, links, crashes, and several processes on one folder.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FileStorage } from '../../dist/hosts/files.js';
import { bytes, fails, storageCases, store, tests, textIn } from './cases.mjs';
import { child, folder, modeOf, namesIn } from './folders.mjs';

tests(storageCases('files', () => new FileStorage(folder()), 64));

const scene = () => {
  const directory = folder();
  return { directory, storage: new FileStorage(directory), path: join(directory, 'auth.json') };
};

test('the folder is made by the first write, for its owner only, and documents are 0600 (L2)', async () => {
  const home = folder();
  const directory = join(home, 'deep', 'er');
  const storage = new FileStorage(pathToFileURL(directory));
  assert.equal(await storage.load('auth.json'), undefined);
  await storage.erase('auth.json');
  assert.equal((await storage.inspect('auth.json')).exists, false);
  assert.deepEqual(namesIn(home), []);
  const before = process.umask(0);
  try {
    await store(storage, 'auth.json', bytes('one'));
    await store(storage, 'auth.json', bytes('two'));
  } finally {
    process.umask(before);
  }
  const modes = [home, join(home, 'deep'), directory, join(directory, 'auth.json'), join(directory, '.lock')].map(modeOf);
  assert.deepEqual(modes.slice(1), [0o700, 0o700, 0o600, 0o600]);
  assert.deepEqual(namesIn(directory), ['auth.json']);
});

test('a revision is the SHA-256 of the content, as in the Rust host', async () => {
  const { storage, path } = scene();
  await store(storage, 'auth.json', bytes('content'));
  assert.equal((await storage.load('auth.json')).revision, createHash('sha256').update('content').digest('hex'));
  assert.equal(readFileSync(path, 'utf8'), 'content');
  assert.equal(storage.path('auth.json'), path);
});

test('documents that others can touch are refused with the command to run', async () => {
  const { storage, path } = scene();
  await store(storage, 'auth.json', bytes('old'));
  const { revision } = await storage.load('auth.json');
  for (const mode of [0o640, 0o604, 0o620, 0o610, 0o602]) {
    chmodSync(path, mode);
    const { message } = await fails('unreadable', () => storage.load('auth.json'));
    assert.ok(message.includes(`mode ${mode.toString(8).padStart(4, '0')}`) && message.includes(`chmod 600 "${path}"`), message);
    await fails('unwritable', () => storage.replace('auth.json', revision, bytes('new')));
    assert.ok(message.endsWith((await storage.inspect('auth.json')).problem));
  }
  chmodSync(path, 0o400);
  assert.equal(await textIn(storage, 'auth.json'), 'old');
  chmodSync(path, 0o644);
  await storage.erase('auth.json');
  assert.ok(!existsSync(path));
});

test('documents of someone else are refused', { skip: process.geteuid?.() !== 0 && 'giving a file away takes root' }, async () => {
  const { storage, path } = scene();
  await store(storage, 'auth.json', bytes('old'));
  chownSync(path, 12_345, 0);
  const { message } = await fails('unreadable', () => storage.load('auth.json'));
  assert.ok(message.includes('belongs to user id 12345, not to yours, 0; run: chown 0 '), message);
  assert.equal((await storage.inspect('auth.json')).owned, false);
});

test('links and other things are refused and left alone', async () => {
  const { storage, directory } = scene();
  await store(storage, 'target', bytes('kept'));
  symlinkSync(join(directory, 'target'), join(directory, 'link'));
  symlinkSync(join(directory, 'nowhere'), join(directory, 'dangling'));
  mkdirSync(join(directory, 'directory'));
  assert.equal(spawnSync('mkfifo', [join(directory, 'pipe')]).status, 0);
  const reasons = { link: 'symbolic link', dangling: 'symbolic link', directory: 'regular', pipe: 'regular' };
  for (const [name, reason] of Object.entries(reasons)) {
    const errors = [
      await fails('unreadable', () => storage.load(name)),
      await fails('unwritable', () => storage.replace(name, undefined, bytes('new'))),
      await fails('unwritable', () => storage.erase(name)),
    ];
    for (const { message } of errors) assert.ok(message.includes(reason), message);
    assert.ok((await storage.inspect(name)).problem.includes(reason));
  }
  assert.equal(await textIn(storage, 'target'), 'kept');
});

test('a lock file that is a link is not followed', async () => {
  const { storage, directory } = scene();
  symlinkSync(join(directory, 'elsewhere'), join(directory, '.lock'));
  const { message } = await fails('unwritable', () => storage.replace('auth.json', undefined, bytes('x')));
  assert.ok(message.includes('lock file'), message);
  assert.deepEqual(namesIn(directory), []);
});

test('documents above 8 MiB are refused when they are read too', async () => {
  const { storage, path } = scene();
  await store(storage, 'auth.json', new Uint8Array(8 << 20).fill(120));
  assert.equal((await storage.load('auth.json')).document.length, 8 << 20);
  truncateSync(path, (8 << 20) + 1);
  assert.ok((await fails('unreadable', () => storage.load('auth.json'))).message.includes('more than 8 MiB'));
  assert.ok((await storage.inspect('auth.json')).problem.includes('more than 8 MiB'));
});

test('leftovers of a crash are ignored by load and removed by the next change; what is not ours stays', async () => {
  const { storage, directory } = scene();
  await store(storage, 'auth.json', bytes('old'));
  const foreign = ['.auth.json.tmp', '.auth.json.0123456789abcdeg.tmp', 'notes.tmp', '.AUTH.0123456789abcdef.tmp'];
  for (const name of foreign) writeFileSync(join(directory, name), 'theirs');
  const leftover = join(directory, '.auth.json.0123456789abcdef.tmp');
  for (const change of [() => store(storage, 'auth.json', bytes('new')), () => storage.erase('auth.json')]) {
    writeFileSync(leftover, 'half a docu');
    await storage.load('auth.json');
    assert.ok(existsSync(leftover));
    await change();
    assert.ok(!existsSync(leftover));
  }
  assert.deepEqual(namesIn(directory), foreign.sort());
});

test('a document is there for the next process', async () => {
  const { storage, directory } = scene();
  await store(storage, 'auth.json', bytes('{"kept":true}'));
  const { output } = await child('load', directory).ended;
  assert.deepEqual(JSON.parse(output), ['{"kept":true}', (await storage.load('auth.json')).revision]);
});

test('of two processes that replace the same document one gets a conflict', async () => {
  for (const before of [undefined, 'old']) {
    const { storage, directory } = scene();
    if (before) await store(storage, 'auth.json', bytes(before));
    const racers = ['one', 'two'].map((text) => child('race', directory, text));
    await Promise.all(racers.map(({ printed }) => printed()));
    writeFileSync(join(directory, 'go'), '');
    const outcomes = (await Promise.all(racers.map(({ ended }) => ended))).map(({ output }) => output.trim().split('\n').at(-1));
    assert.deepEqual([...outcomes].sort(), ['conflict', 'stored']);
    assert.equal(await textIn(storage, 'auth.json'), ['one', 'two'][outcomes.indexOf('stored')]);
  }
});

test('two processes lose no update', async () => {
  const { storage, directory } = scene();
  const counters = [child('count', directory, '25'), child('count', directory, '25')];
  for (const { ended } of counters) assert.equal((await ended).code, 0);
  assert.equal(await textIn(storage, 'auth.json'), '50');
  assert.deepEqual(namesIn(directory), ['auth.json']);
});

test('killed at every step the document is the old or the new one, and the lock is free', async () => {
  for (const step of ['locked', 'created', 'half-written', 'written', 'synchronized', 'renamed']) {
    const { storage, directory, path } = scene();
    await store(storage, 'auth.json', bytes('old'));
    assert.equal((await child('die-at', directory, step).ended).signal, 'SIGKILL', step);
    assert.equal(await textIn(storage, 'auth.json'), step === 'renamed' ? 'n'.repeat(300_000) : 'old', step);
    assert.equal(modeOf(path), 0o600);
    assert.equal(namesIn(directory).length, step === 'locked' || step === 'renamed' ? 1 : 2, step);
    await store(storage, 'auth.json', bytes('newer'));
    assert.deepEqual(namesIn(directory), ['auth.json']);
  }
});

test('killed at random the document is whole and the lock free', async () => {
  const { storage, directory } = scene();
  for (let round = 0; round < 8; round += 1) {
    const { program, ended, printed } = child('write-on', directory);
    await printed();
    // Chance is the point here: the writer goes on while this one looks.
    for (let look = 0; look < Math.random() * 20; look += 1) await storage.inspect('auth.json');
    program.kill('SIGKILL');
    await ended;
    const text = await textIn(storage, 'auth.json');
    assert.ok(['o', 'n'].some((letter) => text === letter.repeat(300_000)), `${text.length} bytes of neither document`);
    assert.ok(namesIn(directory).length <= 2);
  }
  await store(storage, 'auth.json', bytes('x'));
  assert.deepEqual(namesIn(directory), ['auth.json']);
});

test('the lock is the one of flock: held elsewhere it is waited for, and reported when it is stuck', { skip: process.platform !== 'linux' && 'flock is a program of Linux' }, async () => {
  const { storage, directory } = scene();
  await store(storage, 'auth.json', bytes('old'));
  const { revision } = await storage.load('auth.json');
  const lock = join(directory, '.lock');
  const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; read line'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => holder.stdout.once('data', resolve));

  const impatient = new FileStorage(directory, { patienceMs: 100 });
  const { message } = await fails('unwritable', () => impatient.replace('auth.json', revision, bytes('new')));
  assert.ok(message.includes('another process has held the lock file .lock for 0.1 s'), message);
  const stop = new AbortController();
  const givenUp = storage.replace('auth.json', revision, bytes('new'), stop.signal);
  stop.abort();
  await fails('cancelled', () => givenUp);
  assert.equal(await textIn(storage, 'auth.json'), 'old', 'readers do not wait');

  const waiting = storage.replace('auth.json', revision, bytes('new'));
  holder.stdin.end('\n');
  await waiting;
  assert.equal(await textIn(storage, 'auth.json'), 'new');
  assert.equal(spawnSync('flock', ['-n', lock, 'true']).status, 0, 'the lock is free again');
});

test('while a document is replaced no other program gets the lock', async () => {
  const { storage, directory } = scene();
  await store(storage, 'auth.json', bytes('old'));
  const lock = join(directory, '.lock');
  const { revision } = await storage.load('auth.json');
  let statusWhileHeld;
  // What is written is asked for while the lock is held: a getter looks from inside.
  const looking = new FileStorage(directory, {
    lock: async (file) => {
      const { status } = spawnSync('flock', ['-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
      assert.equal(status, 0);
      statusWhileHeld = spawnSync('flock', ['-n', lock, 'true']).status;
    },
  });
  await looking.replace('auth.json', revision, bytes('new'));
  assert.equal(statusWhileHeld, 1);
});

test('without the program flock the error says what to do, and a lock of the caller takes its place', { skip: process.platform !== 'linux' && 'flock is a program of Linux' }, async () => {
  const { storage, directory } = scene();
  const { PATH } = process.env;
  process.env.PATH = directory;
  try {
    const { message } = await fails('unwritable', () => storage.replace('auth.json', undefined, bytes('x')));
    assert.ok(message.includes('util-linux') && message.includes('`lock`'), message);
    await store(new FileStorage(directory, { lock: async () => {} }), 'auth.json', bytes('x'));
    assert.equal(await textIn(storage, 'auth.json'), 'x');
  } finally {
    process.env.PATH = PATH;
  }
});

test('a folder that is none is refused with its name', async () => {
  const directory = folder();
  writeFileSync(join(directory, 'file'), '');
  const storage = new FileStorage(join(directory, 'file'));
  for (const [failure, call] of [['unreadable', () => storage.load('a')], ['unwritable', () => storage.replace('a', undefined, bytes('x'))]]) {
    assert.ok((await fails(failure, call)).message.includes(join(directory, 'file')));
  }
});

const COMMAND = fileURLToPath(new URL('../../../target/debug/agent-identity', import.meta.url));

test('the Rust host reads what is written here, and sees who may read it', { skip: !existsSync(COMMAND) && 'the command was not built' }, async () => {
  const { storage, directory, path } = scene();
  await store(storage, 'auth.json', bytes('{"agent_identity":null,"other":1}'));
  const shown = () => spawnSync(COMMAND, ['--home', directory, 'storage', 'show'], { encoding: 'utf8' });
  const { status, stdout, stderr } = shown();
  assert.equal(status, 0, stderr);
  assert.match(stdout, /plain file: .*the record is here/);
  chmodSync(path, 0o644);
  assert.match(shown().stdout + shown().stderr, /chmod 600/);
});
