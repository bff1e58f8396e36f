// The suite in the Node that runs this file.

import { startAuthority } from './authority.mjs';
import { end } from './children.mjs';
import { inNode } from './here.mjs';
import { fail, report } from './report.mjs';

const runtime = `Node ${process.versions.node.split('.')[0]}`;
try {
  report(runtime, await inNode(await startAuthority()));
} catch (error) {
  fail(runtime, error);
} finally {
  await end();
}
