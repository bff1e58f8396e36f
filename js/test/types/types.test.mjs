// The declarations, judged by the compiler: as strictly as the package is, and for programs that know neither the DOM nor Node.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, installInto, place } from '../packed.mjs';

test('what is meant to compile compiles, and what is not does not', () => judged(place('test/types')));

/** What programs may have set. A declaration may need nothing that they lack. */
const SETTINGS = {
  'a page': { lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] },
  'a worker': { lib: ['ES2022', 'WebWorker', 'WebWorker.Iterable'], types: [] },
  'a Node service': { lib: ['ES2022'], types: ['node'] },
  'a bundler': { lib: ['ES2022', 'DOM'], types: [], module: 'ESNext', moduleResolution: 'bundler' },
};

for (const [name, settings] of Object.entries(SETTINGS)) {
  test(`the declarations are enough for ${name}`, () => {
    const folder = folderFor('types');
    installInto(folder);
    const compilerOptions = { target: 'ES2022', module: 'NodeNext', strict: true, noEmit: true, skipLibCheck: false, rootDir: '.', ...settings };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const host = name === 'a Node service' ? 'files' : 'indexed-db';
    const program = `
      import { type Component, load } from 'agent-identity';
      import * as host from 'agent-identity/hosts/${host}';
      export const hosts: object = host;
      export async function component(): Promise<Component> {
        return load();
      }
    `;
    writeFileSync(join(folder, 'program.ts'), program);
    judged(folder);
  });
}

function judged(folder) {
  const { status, stdout } = spawnSync(process.execPath, [place('node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
}
