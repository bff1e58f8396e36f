// Keeps what every entry needs in one file: esbuild splits by which entries reach a module, down to files of a line, and each is a request.

import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

/** A plugin by which each of these entries reaches all that these bases do, whether it uses it or not. All are absolute paths. */
export function together(bases, entries) {
  return {
    name: 'together',
    setup(build) {
      build.onResolve({ filter: /^\./ }, async ({ path, pluginData, ...where }) => {
        if (pluginData === together) return undefined;
        const found = await build.resolve(path, { ...where, pluginData: together });
        // The package is free of side effects, which would take an import away that nothing is used of.
        return { ...found, sideEffects: true };
      });
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!entries.includes(path)) return undefined;
        const imports = bases.filter((base) => base !== path).map((base) => {
          const from = relative(dirname(path), base).replaceAll('\\', '/').replace(/\.ts$/, '.js');
          return `import '${from.startsWith('.') ? from : `./${from}`}';\n`;
        });
        return { contents: `${readFileSync(path, 'utf8')}\n${imports.join('')}`, loader: 'ts' };
      });
    },
  };
}
