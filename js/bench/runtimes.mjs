// Where it is measured, and how: each Node in processes of its own, each browser in pages of its own.

import { execFileSync } from 'node:child_process';
import { open as chromium } from '../runners/browsers/chromium.mjs';
import { open as firefox } from '../runners/browsers/firefox.mjs';
import { open as webkit } from '../runners/browsers/webkit.mjs';
import { end } from '../runners/children.mjs';
import { serve } from '../runners/server.mjs';
import { runtimes as binaries } from '../scripts/runtimes.mjs';
import { place as pathOf } from '../scripts/tools.mjs';
import { figure } from './harness.js';

/** How often a start is measured. */
const STARTS = { full: 15, quick: 5, trial: 1 };

const BROWSERS = { chromium, firefox, webkit };

/** Names of the places, and for each a function that measures there: `{ version, rows }`, or `{ skip }` with the reason. */
export function places(peersFolder) {
  const nodes = binaries(false).filter(({ runner }) => runner === 'node');
  return [
    ...nodes.map(({ name, binary, why }) => [name.toLowerCase().replace(' ', '-'), async (effort) => (binary ? inNode(binary, effort, peersFolder) : { skip: why })]),
    ...Object.entries(BROWSERS).map(([name, open]) => [name, (effort) => inBrowser(open, effort)]),
  ];
}

function inNode(binary, effort, peersFolder) {
  const told = (...args) => JSON.parse(execFileSync(binary, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  const starts = Array.from({ length: STARTS[effort] }, () => told(pathOf('bench/start.mjs')));
  const { version, rows } = told(pathOf('bench/node.mjs'), effort, ...(peersFolder ? [peersFolder] : []));
  return { version, rows: [...rows, ...startRows(starts)] };
}

async function inBrowser(open, effort) {
  try {
    const evaluate = await open();
    if (!evaluate) return { skip: 'it is not installed' };
    const told = async (query) => {
      // An origin of its own has nothing in a cache.
      const { failed, ...told } = JSON.parse(await evaluate(`${await serve()}/bench/page/page.html?${query}`));
      if (failed) throw new Error(failed);
      return told;
    };
    const { userAgent, found } = await told(`what=rows&effort=${effort}`);
    const starts = [];
    for (let each = 0; each < STARTS[effort]; each += 1) starts.push((await told('what=start')).found);
    return { version: versionOf(userAgent), rows: [...found, ...startRows(starts)] };
  } finally {
    await end();
  }
}

function startRows(starts) {
  return Object.keys(starts[0]).map((part) => figure(`start/${part}`, starts.map((start) => start[part])));
}

function versionOf(userAgent) {
  return /(?:Chrome|Firefox|Version)\/([\d.]+)/.exec(userAgent)?.[1] ?? userAgent;
}
