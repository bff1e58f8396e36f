// Where it is measured, and how: each Node in processes of its own, each browser in pages of its own.

import { execFileSync } from 'node:child_process';
import { findings } from '../runners/browser.mjs';
import { open as chromium } from '../runners/browsers/chromium.mjs';
import { open as firefox } from '../runners/browsers/firefox.mjs';
import { open as webkit } from '../runners/browsers/webkit.mjs';
import { end } from '../runners/children.mjs';
import { serve } from '../runners/server.mjs';
import { runtimes as binaries } from '../scripts/runtimes.mjs';
import { place as pathOf } from '../scripts/tools.mjs';
import { figure } from './harness.js';

/** The entries whose start is measured, by what their rows begin with: those of Node, and those of a page. */
const ENTRIES = { start: ['node.js', 'web.js'], 'start-compact': ['compact/node.js', 'compact/web.js'] };

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

async function inNode(binary, effort, peersFolder) {
  const told = (...args) => JSON.parse(execFileSync(binary, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  const starts = await started((each) => told(pathOf('bench/start.mjs'), ENTRIES[each][0]), effort);
  const { version, rows } = told(pathOf('bench/node.mjs'), effort, ...(peersFolder ? [peersFolder] : []));
  return { version, rows: [...rows, ...startRows(starts)] };
}

async function inBrowser(open, effort) {
  try {
    const visit = await open();
    if (!visit) return { skip: 'it is not installed' };
    const told = async (query) => {
      // An origin of its own has nothing in a cache.
      const { failed, ...told } = await findings(visit, `${await serve()}/bench/page/page.html?${query}`);
      if (failed) throw new Error(failed);
      return told;
    };
    const { userAgent, found } = await told(`what=rows&effort=${effort}`);
    const starts = await started(async (each) => (await told(`what=start&entry=${ENTRIES[each][1]}`)).found, effort);
    return { version: versionOf(userAgent), rows: [...found, ...startRows(starts)] };
  } finally {
    await end();
  }
}

/** Starts of each entry, in turns: what disturbs the machine hits all alike. */
async function started(start, effort) {
  const starts = Object.fromEntries(Object.keys(ENTRIES).map((name) => [name, []]));
  for (let round = 0; round < STARTS[effort]; round += 1) {
    for (const name of Object.keys(ENTRIES)) starts[name].push(await start(name));
  }
  return starts;
}

function startRows(starts) {
  const parts = ([name, found]) => Object.keys(found[0]).map((part) => figure(`${name}/${part}`, found.map((one) => one[part])));
  return Object.entries(starts).flatMap(parts);
}

function versionOf(userAgent) {
  return /(?:Chrome|Firefox|Version)\/([\d.]+)/.exec(userAgent)?.[1] ?? userAgent;
}
