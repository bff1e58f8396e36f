// The console as static files: relative paths, so that it works wherever it is put.
//
//   npm run console      builds it into console/dist
//   npm run console:dev  serves it while it is worked on, in front of an authority on AGENT_IDENTITY_AUTHORITY

import { defineConfig } from 'vite';

const authority = process.env.AGENT_IDENTITY_AUTHORITY ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    emptyOutDir: true,
    // Data in URLs is not allowed by the policy of the page, nor is a script that is no file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // The policy allows nothing but this origin.
    hmr: false,
    fs: { allow: ['..'] },
    proxy: Object.fromEntries(['/api', '/backend-api', '/dev', '/healthz'].map((path) => [path, authority])),
  },
});
