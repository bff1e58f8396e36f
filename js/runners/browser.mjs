// What the runners of browsers share: the origin, the places of a page, the end.

import { startAuthority } from './authority.mjs';
import { end } from './children.mjs';
import { ENGINES, named } from './page/engines.js';
import { fail, report, skip } from './report.mjs';
import { serve } from './server.mjs';

/** Longest time a place of a browser may take, milliseconds. */
export const LONGEST = 300_000;

const PLACES = ['page', 'worker', 'service-worker'];

/**
 * Runs the suite in each place of a browser. `open` starts the browser and gives a function that opens a URL and resolves to what the
 * page's promise `findings` brings; nothing, when the browser is not there.
 */
export async function inBrowser(name, open) {
  try {
    const evaluate = await open();
    if (!evaluate) return PLACES.forEach((place) => skip(`${name} ${place}`, 'it is not installed'));
    for (const engine of Object.keys(ENGINES)) {
      for (const place of PLACES) await inPlace(named(`${name} ${place}`, engine), place, engine, evaluate);
    }
  } catch (error) {
    fail(name, error);
  } finally {
    await end();
  }
}

async function inPlace(runtime, place, engine, evaluate) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no findings in ${LONGEST / 1000} s`)), LONGEST);
  });
  try {
    // Each place has an authority without a past.
    const origin = await serve(await startAuthority());
    const findings = await Promise.race([evaluate(`${origin}/runners/page/page.html?place=${place}&engine=${engine}`), late]);
    report(runtime, JSON.parse(findings));
  } catch (error) {
    fail(runtime, error);
  } finally {
    clearTimeout(timer);
  }
}
