// The module `guest:inline`: the core module as text, for places where no second file can be fetched.

import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

/** An esbuild plugin that makes it from the file at `path`. */
export function inlineModule(path) {
  return {
    name: 'inline',
    setup(build) {
      build.onResolve({ filter: /^guest:inline$/ }, () => ({ path: 'guest', namespace: 'inline' }));
      build.onLoad({ filter: /.*/, namespace: 'inline' }, () => {
        const compressed = deflateSync(readFileSync(path), { level: 9 });
        return { contents: `export default "${compressed.toString('base64')}";`, loader: 'js' };
      });
    },
  };
}
