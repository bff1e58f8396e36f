// `agent-identity demo --console`: after the demonstration a page that works, until standard input ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { end } from '../../runners/children.mjs';
import { PROGRAM, skip as noProgram } from '../authority.mjs';
import { buildConsole } from './build.mjs';
import { CHROMIUM, startBrowser } from './page.mjs';

const skip = CHROMIUM ? noProgram : 'no chromium on the PATH, nor in CHROMIUM';

test('the demonstration goes on with a page that registers and sends, and ends with its input', { skip }, async () => {
  const child = spawn(PROGRAM, ['demo', '--json', '--console', await buildConsole()], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { ok, console_url: url } = JSON.parse(line);
    assert.ok(ok);
    const page = await startBrowser().open(url);
    const says = (selector, pattern) => page.until(`${pattern}.test(document.querySelector('${selector}').innerText)`, `${selector} does not say ${pattern}`);
    await page.click('#create');
    await says('#identity-state', /key in the browser/);
    await page.click('#register');
    await says('#registration-state', /^registered/);
    await page.click('#send');
    await says('#request-said', /Accepted/);
    child.stdin.end();
    assert.deepEqual(await ended, [0, null]);
  } finally {
    child.kill();
    await end();
  }
});
