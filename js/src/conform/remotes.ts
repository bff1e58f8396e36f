/** URLs of git remotes. */

import { struct, text } from './json.js';
import { wholeOperation } from './operation.js';

export const sanitize = wholeOperation(struct({ url: text }), (driver, { url }) => ({ url: driver.guest.metadata.sanitizeGitUrl(url) }));

export const compare = wholeOperation(struct({ a: text, b: text }), (driver, { a, b }) => ({ same: driver.guest.metadata.sameGitUrl(a, b) }));
