// Transpiles the component of the world `agent` into build/agent-world/, beside what instantiates it.

import { transpileBytes } from '@bytecodealliance/jco-transpile';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, '../build/agent-world');
const component = process.env.AGENT_IDENTITY_AGENT_COMPONENT ?? join(here, '../../target/component/agent.wasm');

/** Without the component there is nothing to build, and the suite says so. */
export async function buildAgentWorld() {
  rmSync(built, { recursive: true, force: true });
  if (!existsSync(component)) return;
  const { files } = await transpileBytes(readFileSync(component), {
    name: 'agent',
    instantiation: 'async',
    asyncMode: 'jspi',
    nodejsCompat: false,
    tlaCompat: false,
    base64Cutoff: 0,
    tracing: false,
    namespacedExports: false,
    strict: true,
  });
  for (const [name, content] of Object.entries(files)) write(name, content);
  for (const name of ['index.js', 'imports.js']) copyFileSync(join(here, name), join(built, name));
}

function write(name, content) {
  mkdirSync(dirname(join(built, name)), { recursive: true });
  writeFileSync(join(built, name), content);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAgentWorld();
