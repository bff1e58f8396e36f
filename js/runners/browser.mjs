// What the runners of browsers share: the origin, the places of a page, the end.

import { startAuthority } from './authority.mjs';
import { end } from './children.mjs';
import { ENGINES, named } from './page/engines.js';
import { fail, report, skip } from './report.mjs';
import { serve } from './server.mjs';

/** Longest time a place of a browser may take, milliseconds. */
export const LONGEST = 300_000;

const PLACES = ['page', 'worker', 'service-worker'];

/** An expression, of a promise or not, as one of JSON text: all browsers tell what a text is. */
export const asText = (expression) => `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`;

/** What the promise `findings` of a page brings, read as JSON. `visit` is what `open` of a browser gives. */
export async function findings(visit, url) {
  const page = await visit(url);
  try {
    return JSON.parse(await page.value('findings'));
  } finally {
    await page.close();
  }
}

/** Runs the suite in each place of a browser, which `open` starts; it gives nothing, when the browser is not there. */
export async function inBrowser(name, open) {
  try {
    const visit = await open();
    if (!visit) return PLACES.forEach((place) => skip(`${name} ${place}`, 'it is not installed'));
    for (const engine of Object.keys(ENGINES)) {
      for (const place of PLACES) await inPlace(named(`${name} ${place}`, engine), place, engine, visit);
    }
  } catch (error) {
    fail(name, error);
  } finally {
    await end();
  }
}

async function inPlace(runtime, place, engine, visit) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no findings in ${LONGEST / 1000} s`)), LONGEST);
  });
  try {
    // Each place has an authority without a past.
    const origin = await serve(await startAuthority());
    report(runtime, await Promise.race([findings(visit, `${origin}/runners/page/page.html?place=${place}&engine=${engine}`), late]));
  } catch (error) {
    fail(runtime, error);
  } finally {
    clearTimeout(timer);
  }
}
