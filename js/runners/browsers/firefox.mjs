// Firefox, over WebDriver BiDi.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asText } from '../browser.mjs';
import { matched, start, temporaryFolder } from '../children.mjs';
import { program } from '../programs.mjs';
import { BiDi } from '../protocols/bidi.mjs';

const BINARY = program(process.env.FIREFOX, 'firefox-esr', 'firefox');

export const isInstalled = BINARY !== undefined;

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

/** Starts it; nothing, when it is not installed. What comes goes to a URL, and gives the page there: the values of its expressions. */
export async function open() {
  if (!BINARY) return undefined;
  const profile = temporaryFolder('firefox');
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const args = ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', profile, 'about:blank'];
  // What it writes outside its profile ends with it, too.
  const child = start(BINARY, args, { env: { ...process.env, HOME: profile } });
  child.stdout.resume();
  const bidi = await BiDi.connect(await matched(child, child.stderr, /WebDriver BiDi listening on (ws:\S+)/, 'Firefox', 60));
  await bidi.call('session.new', { capabilities: {} });
  return async (url) => {
    const { context } = await bidi.call('browsingContext.create', { type: 'tab' });
    await bidi.call('browsingContext.navigate', { context, url, wait: 'complete' });
    return {
      value: async (expression) => {
        const asked = { expression: asText(expression), target: { context }, awaitPromise: true };
        const { type, result, exceptionDetails } = await bidi.call('script.evaluate', asked);
        if (type !== 'success') throw new Error(exceptionDetails.text);
        return JSON.parse(result.value);
      },
      close: () => bidi.call('browsingContext.close', { context }),
    };
  };
}
