// The documentation: every export has an example, every example compiles and runs as a program would have it, and pages can be made of it.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { outputOf, serveFolder, skip as noChromium } from '../chromium.mjs';
import { folderFor, installInto, place, tools } from '../packed.mjs';
import { declarations, examplesOfPage, examplesOfSources, publicNames } from './examples.mjs';

const examples = [...examplesOfSources(), ...examplesOfPage('README.md'), ...examplesOfPage('../README.md')].map((example, index) => ({
  ...example,
  name: `${String(index).padStart(2, '0')}-${example.file.replace(/\.(ts|md)$/, '').replaceAll(/[./]+/g, '-')}`,
}));

/** Makes the identity that a reader of the project's README has by then. */
const HOME = `
  import { load } from 'agent-identity';
  import { FileStorage } from 'agent-identity/hosts/files';
  const component = (await load()).with({ storage: new FileStorage('/home/me/.config/agent-identity') });
  const login = { accountId: 'acct-1', chatgptUserId: 'user-1', planType: 'unknown', fedramp: false, accessToken: 'token' };
  await component.Enrollment.open({ authapiBase: 'https://auth.openai.com/api/accounts' }).bootstrap(login);
`;

let folder;
before(async () => {
  folder = folderFor('docs');
  installInto(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  await runInNode('home', HOME);
});

test('every export has an example', () => {
  const names = publicNames();
  const isHost = (file) => existsSync(place(`dist/${file.replace(/\.ts$/, '.js')}`)) && file.startsWith('hosts/');
  const isPublic = ({ file, name, isInternal }) => !isInternal && (names.has(name) || isHost(file));
  const found = declarations().filter(isPublic);
  assert.ok(found.length >= 35, String(found.length));
  assert.deepEqual(found.filter((one) => !one.examples.length).map(({ file, name }) => `${file} ${name}`), []);
});

test('every example compiles', () => {
  const files = examples.map(({ name, code }) => {
    writeFileSync(join(folder, `${name}.ts`), `${code}\nexport {};\n`);
    return `${name}.ts`;
  });
  const compilerOptions = {
    target: 'ES2022',
    module: 'NodeNext',
    lib: ['ES2022', 'DOM', 'DOM.Iterable', 'ESNext.Disposable'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    rootDir: '.',
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const { status, stdout } = spawnSync(process.execPath, [place('node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

for (const { name, file, code } of examples) {
  const isOfBrowser = /hosts\/indexed-db'|document\.|new WebCryptoCustodian\(\)/.test(code);
  const skip = /'electron'/.test(code) ? 'it needs Electron; it compiles' : isOfBrowser && noChromium;
  test(`the example ${name} of ${file} runs`, { skip }, () => (isOfBrowser ? runInPage(name, code) : runInNode(name, code)));
}

async function runInNode(name, code) {
  writeFileSync(join(folder, `${name}.js`), code.replaceAll('/home/me', join(folder, 'me')));
  const args = ['--import', place('test/docs/network.mjs'), `${name}.js`];
  await promisify(execFile)(process.execPath, args, { cwd: folder, env: { ...process.env, HOME: folder, ACCESS_TOKEN: 'token', NODE_TEST_CONTEXT: '' } });
}

async function runInPage(name, code) {
  const map = { 'agent-identity': '/node_modules/agent-identity/dist/web.js', 'agent-identity/': '/node_modules/agent-identity/dist/' };
  const imports = { ...map, 'agent-identity/hosts/': undefined };
  for (const host of ['indexed-db', 'web-crypto', 'ladder']) imports[`agent-identity/hosts/${host}`] = `/node_modules/agent-identity/dist/hosts/${host}.js`;
  mkdirSync(join(folder, name), { recursive: true });
  const page = `<!doctype html><meta charset="utf-8"><script type="importmap">${JSON.stringify({ imports })}</script><output></output>
    <script type="module">import './example.js'; document.querySelector('output').textContent ||= 'ran';</script>`;
  writeFileSync(join(folder, name, 'index.html'), page);
  writeFileSync(join(folder, name, 'example.js'), code);
  const { origin, close } = await serveFolder(folder);
  try {
    const output = await outputOf(`${origin}/${name}/`);
    assert.ok(!output.startsWith('error'), output);
  } finally {
    close();
  }
}

test('pages of the API can be made', async (t) => {
  const found = tools('test/docs/typedoc');
  if (found.skip) return t.skip(found.skip);
  const pages = folderFor('api');
  const { status, stdout, stderr } = spawnSync(process.execPath, [place('scripts/docs.mjs'), join(pages, 'api')], { encoding: 'utf8', cwd: place('') });
  assert.equal(status, 0, stdout + stderr);
  for (const page of ['index.html', 'interfaces/index.Agent.html', 'functions/index.hasCode.html', 'classes/hosts_files.FileStorage.html']) {
    assert.ok(existsSync(join(pages, 'api', page)), page);
  }
});
