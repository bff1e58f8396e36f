/** The conformance driver over the component. */

import { instantiate } from '../abi/instance.js';
import { type Run, over } from './answers.js';

export const run: Run = /* @__PURE__ */ over(instantiate);
