// The suite in Firefox.

import { inBrowser } from './browser.mjs';
import { open } from './browsers/firefox.mjs';

await inBrowser('Firefox', open);
