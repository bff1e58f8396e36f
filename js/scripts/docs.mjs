// Makes the pages of the API, of everything that a program can import.
//
//   node scripts/docs.mjs [FOLDER]   into build/api, unless a folder is named
//
// typedoc reads the sources with an older TypeScript than the one that builds, so both are fetched apart from it.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { place, tools } from './tools.mjs';

const [out = place('build/api')] = process.argv.slice(2);
const { folder, skip } = tools('test/docs/typedoc');
if (skip) throw new Error(skip);

const hosts = readdirSync(place('dist/hosts')).map((name) => `src/hosts/${name.replace(/\.js$/, '.ts')}`);
const entries = ['src/index.ts', ...hosts].flatMap((path) => ['--entryPoints', path]);
const args = ['--tsconfig', 'tsconfig.json', ...entries, '--out', out, '--readme', 'README.md', '--name', 'agent-identity'];
const strictly = ['--excludeInternal', '--excludePrivate', '--disableGit', '--hideGenerator', '--treatWarningsAsErrors'];
const quietly = ['--logLevel', 'Warn', '--validation.notExported', 'false', '--sourceLinkTemplate', '{path}'];
const program = join(folder, 'node_modules/typedoc/bin/typedoc');
process.exitCode = spawnSync(process.execPath, [program, ...args, ...strictly, ...quietly], { cwd: place(''), stdio: 'inherit' }).status ?? 1;
