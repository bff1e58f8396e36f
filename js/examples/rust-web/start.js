import start from './rust_web.js';

await start({ module_or_path: new URL('rust_web_bg.wasm', import.meta.url) });
document.documentElement.dataset.ready = 'yes';
