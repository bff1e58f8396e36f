import { fileURLToPath } from 'node:url';

export default { entry: './app.js', output: { path: fileURLToPath(new URL('dist', import.meta.url)), filename: 'app.js', publicPath: 'auto' } };
