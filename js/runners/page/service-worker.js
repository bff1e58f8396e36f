// Bundled into one classic script: not every browser lets service workers be modules.

import * as entry from '../../dist/core.js';
