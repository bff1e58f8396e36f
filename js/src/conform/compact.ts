/** The conformance driver over the compact engine. */

import { instantiate } from '../compact/instance.js';
import { type Run, over } from './answers.js';

export const run: Run = /* @__PURE__ */ over(instantiate);
