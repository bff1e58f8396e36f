import { build } from 'esbuild';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

await build({ entryPoints: ['app.js'], bundle: true, format: 'esm', outdir: 'dist' });
// esbuild leaves `new URL('./guest.wasm', import.meta.url)` as it is: the module goes beside the bundle.
copyFileSync(fileURLToPath(import.meta.resolve('agent-identity/guest.wasm')), 'dist/guest.wasm');
