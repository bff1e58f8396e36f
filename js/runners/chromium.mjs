// The suite in Chromium.

import { inBrowser } from './browser.mjs';
import { open } from './browsers/chromium.mjs';

await inBrowser('Chromium', open);
