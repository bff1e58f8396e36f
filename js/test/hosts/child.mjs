// What other processes do in the tests of files.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { FileStorage } from '../../dist/hosts/files.js';
import { bytes, count } from './cases.mjs';

const die = () => process.kill(process.pid, 'SIGKILL');

/** How a process dies at each step of a replacement: a call of the system is the last thing it does, or never does. */
const STEPS = {
  locked: () => patch(fs.promises, 'readdir', () => die()),
  created: () => patchCopy('writeFile', () => die()),
  'half-written': () => patchCopy('writeFile', (file, write, document) => write.call(file, document.subarray(0, 100)).then(die)),
  written: () => patchCopy('sync', () => die()),
  synchronized: () => patch(fs.promises, 'rename', () => die()),
  renamed: () => patch(fs.promises, 'rename', (rename, ...paths) => rename(...paths).then(die)),
};

const WORK = {
  /** Counts in the first document until it has counted so often. */
  count: async (directory, times) => {
    const storage = new FileStorage(directory);
    for (let done = 0; done < Number(times); done += 1) await count(storage, 'auth.json');
  },
  /** Replaces what was there when it began, once it is told to: by a file that is there. */
  race: async (directory, text) => {
    const storage = new FileStorage(directory);
    const present = await storage.load('auth.json');
    console.log('ready');
    while (!fs.existsSync(`${directory}/go`)) await new Promise((resolve) => setImmediate(resolve));
    console.log(await storage.replace('auth.json', present?.revision, bytes(text)).then(() => 'stored', ({ failure }) => failure));
  },
  'die-at': async (directory, step) => {
    const storage = new FileStorage(directory);
    const present = await storage.load('auth.json');
    STEPS[step]();
    await storage.replace('auth.json', present?.revision, bytes('n'.repeat(300_000)));
  },
  /** Replaces two documents by each other without end. */
  'write-on': async (directory) => {
    const storage = new FileStorage(directory);
    for (let round = 0; ; round += 1) {
      const present = await storage.load('auth.json');
      await storage.replace('auth.json', present?.revision, bytes((round % 2 ? 'o' : 'n').repeat(300_000)));
      console.log('stored');
    }
  },
  load: async (directory) => {
    const { document, revision } = await new FileStorage(directory).load('auth.json');
    console.log(JSON.stringify([new TextDecoder().decode(document), revision]));
  },
};

function patch(object, name, replacement) {
  const original = object[name];
  object[name] = (...values) => replacement(original, ...values);
  syncBuiltinESMExports();
}

/** Changes a method of the file that is the copy. */
function patchCopy(name, replacement) {
  patch(fs.promises, 'open', async (open, path, ...more) => {
    const file = await open(path, ...more);
    const original = file[name];
    if (path.endsWith('.tmp')) file[name] = (...values) => replacement(file, original, ...values);
    return file;
  });
}

const [what, ...given] = process.argv.slice(2);
await WORK[what](...given);
