// Firefox, over WebDriver BiDi.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { matched, start, temporaryFolder } from '../children.mjs';
import { program } from '../programs.mjs';
import { BiDi } from '../protocols/bidi.mjs';

/** No updates, no first pages; a service worker may take its time, since nothing keeps it alive but the message it answers. */
const PREFERENCES = {
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.serviceWorkers.idle_extended_timeout': 600_000,
  'dom.serviceWorkers.idle_timeout': 600_000,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/** Starts it; nothing, when it is not installed. */
export async function open() {
  const binary = program(process.env.FIREFOX, 'firefox-esr', 'firefox');
  if (!binary) return undefined;
  const profile = temporaryFolder('firefox');
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const args = ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', profile, 'about:blank'];
  // What it writes outside its profile ends with it, too.
  const child = start(binary, args, { env: { ...process.env, HOME: profile } });
  child.stdout.resume();
  const bidi = await BiDi.connect(await matched(child, child.stderr, /WebDriver BiDi listening on (ws:\S+)/, 'Firefox', 60));
  await bidi.call('session.new', { capabilities: {} });
  return async (url) => {
    const { context } = await bidi.call('browsingContext.create', { type: 'tab' });
    await bidi.call('browsingContext.navigate', { context, url, wait: 'complete' });
    const { type, result, exceptionDetails } = await bidi.call('script.evaluate', { expression: 'findings', target: { context }, awaitPromise: true });
    await bidi.call('browsingContext.close', { context });
    if (type !== 'success') throw new Error(exceptionDetails.text);
    return result.value;
  };
}
