// The suite in Electron's main process, when ELECTRON names a binary.

import { inNode } from './here.mjs';
import { startAuthority } from './authority.mjs';
import { end, start, temporaryFolder } from './children.mjs';
import { ENGINES, named } from './page/engines.js';
import { place } from './files.mjs';
import { program } from './programs.mjs';
import { fail, report, skip } from './report.mjs';

const RUNTIME = 'Electron';

if (process.versions.electron) await within();
else await outside();

/** Starts the binary with this file as its program. */
async function outside() {
  if (!process.env.ELECTRON) return skip(RUNTIME, 'no binary was given; run with ELECTRON=/path/to/electron');
  const binary = program(process.env.ELECTRON);
  if (!binary) return fail(RUNTIME, `${process.env.ELECTRON} cannot be run`);
  const args = [place('runners/electron.mjs'), '--no-sandbox', '--disable-gpu', `--user-data-dir=${temporaryFolder('electron')}`];
  try {
    const child = start(binary, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    process.exitCode = await Promise.race([child.ended, child.failed]);
  } catch (error) {
    fail(RUNTIME, error);
  } finally {
    await end();
  }
}

/** Nothing of Electron's is needed but its runtime. */
async function within() {
  const { app } = await import('electron');
  await app.whenReady();
  for (const engine of Object.keys(ENGINES)) {
    try {
      report(named(RUNTIME, engine), await inNode(engine, await startAuthority()));
    } catch (error) {
      fail(named(RUNTIME, engine), error);
    } finally {
      await end();
    }
  }
  app.exit(process.exitCode ?? 0);
}
