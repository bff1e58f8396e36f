// Runs the suite in this page, in a worker, or in a service worker, as the query says. `findings` is what came of it, as JSON.

const PLACES = {
  page: async () => {
    const [{ observed }, { findingsHere }] = await Promise.all([import('../../build/suite/index.js'), import('./here.js')]);
    const entry = await observed(() => import('../../dist/web.js'));
    return findingsHere(entry, (name) => import(`../../dist/hosts/${name}.js`), { loadForbidden });
  },
  worker: () => {
    const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
    });
  },
  'service-worker': async () => {
    const registration = await navigator.serviceWorker.register('/build/suite/service-worker.js');
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    await new Promise((resolve, reject) => {
      const look = () => {
        if (worker.state === 'activated') resolve();
        if (worker.state === 'redundant') reject(new Error('the service worker was thrown away'));
      };
      worker.addEventListener('statechange', look);
      look();
    });
    const { port1, port2 } = new MessageChannel();
    worker.postMessage('run', [port2]);
    return new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  },
};

/** In a frame whose policy does not allow WebAssembly. */
async function loadForbidden() {
  const frame = document.createElement('iframe');
  const told = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data), { once: true }));
  frame.src = 'forbidden.html';
  document.body.append(frame);
  try {
    return await told;
  } finally {
    frame.remove();
  }
}

const place = new URLSearchParams(location.search).get('place');
globalThis.findings = PLACES[place]().then(JSON.stringify, (error) =>
  JSON.stringify([{ name: `the suite in a ${place}`, outcome: 'failed', why: `${error}\n${error?.stack}`, milliseconds: 0 }]),
);
