// The page in plain Rust, in Chromium, against the real authority that serves it.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { end } from '../../runners/children.mjs';
import { skip as noProgram, startAuthority } from '../authority.mjs';
import { CHROMIUM, startBrowser } from '../console/page.mjs';

/** Built with the compact engine, beside the component. */
const COMPONENT = process.env.AGENT_IDENTITY_COMPONENT ?? fileURLToPath(new URL('../../../target/component/portable.wasm', import.meta.url));
const FOLDER = join(dirname(COMPONENT), 'rust-web');

const unbuilt = existsSync(FOLDER) ? noProgram : `${FOLDER} is missing; run: cargo xtask component`;
const skip = CHROMIUM ? unbuilt : 'no chromium on the PATH, nor in CHROMIUM';

after(end);

test('one button registers, signs and is verified; after a reload the stored agent signs without a token', { skip }, async () => {
  const authority = await startAuthority('--console', FOLDER);
  try {
    const url = `${authority.origin}/console/`;
    const page = await startBrowser().open(url);
    const press = async () => {
      await page.value(`document.querySelector('output').textContent = ''`);
      await page.click('button');
      await page.until(`document.querySelector('output').textContent`, 'there is no answer');
      return page.value(`document.querySelector('output').textContent`);
    };
    const verified = async () => {
      const said = await press();
      assert.match(said, /^200 /, said);
      return /"verified":(\{[^}]*\})/.exec(said)[1];
    };

    assert.match(await press(), /^error: /, 'without a token nothing can be registered');
    await page.value(`document.querySelector('[name=token]').value = ${JSON.stringify(authority.token)}`);
    const first = JSON.parse(await verified());
    await page.go(url);
    assert.equal(await page.value(`document.querySelector('[name=token]').value`), '');
    assert.deepEqual(JSON.parse(await verified()).agent_runtime_id, first.agent_runtime_id, 'the stored agent');

    await authority.endTask(first.task_id);
    const { task_id: next } = JSON.parse(await verified());
    assert.notEqual(next, first.task_id, 'a task that ended is replaced, and the request repeated');
    assert.deepEqual(await page.value('window.refused'), [], 'refused by the policy');
  } finally {
    await authority.stop();
  }
});
