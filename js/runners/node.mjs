// The suite in the Node that runs this file.

import { startAuthority } from './authority.mjs';
import { end } from './children.mjs';
import { ENGINES, named } from './page/engines.js';
import { inNode } from './here.mjs';
import { fail, report } from './report.mjs';

const runtime = `Node ${process.versions.node.split('.')[0]}`;
for (const engine of Object.keys(ENGINES)) {
  try {
    report(named(runtime, engine), await inNode(engine, await startAuthority()));
  } catch (error) {
    fail(named(runtime, engine), error);
  } finally {
    await end();
  }
}
