// Builds the package: bindings from the WIT and the component, then JavaScript and declarations into dist/.
//
//   node scripts/build.mjs             everything
//   node scripts/build.mjs --bindings  only src/generated, for type checks

import { transpileBytes } from '@bytecodealliance/jco-transpile';
import * as esbuild from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindings } from './bindings.mjs';
import { fingerprint, glueModule } from './compact.mjs';
import { inlineModule } from './inline.mjs';
import { named } from './names.mjs';
import { together } from './together.mjs';

/** The hosts that a program can import. */
const HOSTS = ['fetch', 'files', 'indexed-db', 'ladder', 'memory', 'node-crypto', 'safe-storage', 'system', 'web-crypto'];

/** What a program can import, and what the command runs. */
const ENTRIES = ['node', 'web', 'core', 'inline', 'compact/node', 'compact/web', 'conform/cli', 'conform/compact', 'conform/run', 'cli/main', ...HOSTS.map((host) => `hosts/${host}`)];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const place = (...parts) => join(root, ...parts);
const portable = process.env.AGENT_IDENTITY_COMPONENT ?? place('../target/component/portable.wasm');
const component = readBuilt(portable);
/** The compact engine, which lies beside the component. */
const compact = join(dirname(portable), 'compact');

const core = await takeApart(component);
writeBindings(core);
if (!process.argv.includes('--bindings')) {
  rmSync(place('dist'), { recursive: true, force: true });
  write('dist/guest.wasm', core);
  write('dist/compact.wasm', readBuilt(join(compact, 'compact_bg.wasm')));
  await bundle();
  execFileSync(process.execPath, [place('node_modules/typescript/bin/tsc'), '-p', root], { stdio: 'inherit' });
}

function readBuilt(path) {
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`cargo xtask component\` first, or set AGENT_IDENTITY_COMPONENT`);
  return readFileSync(path);
}

/**
 * The core module of the component. jco also writes glue, by which the tests judge ours: it is kept in build/, and no part of the
 * package, being five times as large and a third as fast.
 */
async function takeApart(bytes) {
  const { files } = await transpileBytes(bytes, {
    name: 'identity',
    instantiation: 'sync',
    nodejsCompat: false,
    tlaCompat: false,
    base64Cutoff: 0,
    tracing: false,
    namespacedExports: false,
    strict: true,
  });
  for (const [name, content] of Object.entries(files)) write(`build/jco/${name}`, content);
  const modules = Object.entries(files).filter(([name]) => name.endsWith('.wasm'));
  const [[, main], ...rest] = modules.sort(([, a], [, b]) => b.length - a.length);
  // The rest only ties the main module to its imports, which the glue does itself.
  if (rest.some(([, shim]) => shim.length > 1024)) throw new Error('the component has more than one core module of its own');
  const [, shim] = rest.find(([, one]) => WebAssembly.Module.exports(new WebAssembly.Module(one)).length);
  return named(main, shim, new TextDecoder().decode(files['identity.js']));
}

function writeBindings(main) {
  const made = bindings(place('../wit'));
  const [name, version] = made.packageName.split('@');
  const wanted = made.exports.map((path) => path.replace(/^([^#]+)/, `${name}/$1@${version}`));
  const found = new Set(WebAssembly.Module.exports(new WebAssembly.Module(main)).map((one) => one.name));
  const missing = wanted.filter((one) => !found.has(one));
  const unknown = [...found].filter((one) => one.startsWith(name) && !one.includes('#[dtor]') && !wanted.includes(one));
  if (missing.length || unknown.length) throw new Error(`wit/ and the component differ, build it anew: ${[...missing, ...unknown].join(', ')}`);
  write('src/generated/types.ts', made.types);
  write('src/generated/guest.ts', made.guest);
  write('src/generated/abi.ts', made.abi);
  write('src/generated/compact.ts', made.compact);
  const { script, types } = glueModule(compact, made);
  write('src/generated/glue.js', script);
  write('src/generated/glue.d.ts', types);
  write('src/generated/build.ts', facts(made.packageName));
}

/** What a program can ask about the build. */
function facts(packageName) {
  const { version } = JSON.parse(readFileSync(place('package.json'), 'utf8'));
  const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
  return `/** Version of the package and of the component in it. */\nexport const VERSION = '${version}';\n
/** The WIT package and its version. */\nexport const PACKAGE = '${packageName}';\n
/** SHA-256 of the component that guest.wasm was taken from. */\nexport const COMPONENT_SHA256 = '${sha256(component)}';\n
/** SHA-256 of compact.wasm. */\nexport const COMPACT_SHA256 = '${sha256(readBuilt(join(compact, 'compact_bg.wasm')))}';\n
/** What compact.wasm must have been made from. */\nexport const FINGERPRINT = ${fingerprint(place('../wit'))};\n`;
}

async function bundle() {
  const options = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    external: ['node:*'],
    legalComments: 'none',
    outdir: 'dist',
    outbase: 'src',
    chunkNames: 'shared/[hash]',
    plugins: [together(['exports', 'load', 'engine/instance'].map((base) => place(`src/${base}.ts`)), ENTRIES.map((entry) => place(`src/${entry}.ts`))), inlineModule(place('dist/guest.wasm'))],
    logLevel: 'warning',
  };
  await esbuild.build({ ...options, entryPoints: ENTRIES.map((entry) => `src/${entry}.ts`) });
}

function write(path, content) {
  mkdirSync(dirname(place(path)), { recursive: true });
  writeFileSync(place(path), content);
}
