// The engines that the suite is run on: the same API over the component, and over what wasm-bindgen made.

/** Paths in dist/. */
export const ENGINES = {
  component: { node: 'node.js', web: 'web.js', module: 'guest.wasm', conform: 'conform/run.js' },
  compact: { node: 'compact/node.js', web: 'compact/web.js', module: 'compact.wasm', conform: 'conform/compact.js' },
};

/** What a runtime is called that runs an engine. */
export const named = (runtime, engine) => (engine === 'component' ? runtime : `${runtime}, ${engine}`);
