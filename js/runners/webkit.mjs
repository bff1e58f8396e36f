// The suite in WebKit.

import { inBrowser } from './browser.mjs';
import { open } from './browsers/webkit.mjs';

await inBrowser('WebKit', open);
