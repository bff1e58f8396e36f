// Runs the suite in this page, in a worker, or in a service worker, as the query says. `findings` is what came of it, as JSON.

import { ENGINES } from './engines.js';

const query = new URLSearchParams(location.search);
const engine = query.get('engine');

const PLACES = {
  page: async () => {
    const [{ observed }, { findingsHere }] = await Promise.all([import('../../build/suite/index.js'), import('./here.js')]);
    const entry = await observed(() => import(`../../dist/${ENGINES[engine].web}`));
    return findingsHere(engine, entry, (name) => import(`../../dist/hosts/${name}.js`), { frame, signElsewhere });
  },
  worker: () => {
    const worker = new Worker(new URL(`worker.js?engine=${engine}`, import.meta.url), { type: 'module' });
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
    worker.postMessage(engine, [port2]);
    return new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  },
};

/** What a worker of this page signs with what is posted to it. */
async function signElsewhere(work) {
  const worker = new Worker(new URL('posted.js', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
      worker.postMessage({ ...work, entry: ENGINES[engine].web });
    });
  } finally {
    worker.terminate();
  }
}

/** What one of the pages here tells from a frame. */
async function frame(page, isApart = false) {
  const element = document.createElement('iframe');
  const told = new Promise((resolve) => {
    addEventListener('message', function take({ source, data }) {
      if (source !== element.contentWindow) return;
      removeEventListener('message', take);
      resolve(data);
    });
  });
  if (isApart) element.sandbox.add('allow-scripts');
  const url = new URL(page, location.href);
  url.searchParams.set('engine', engine);
  element.src = url.href;
  document.body.append(element);
  try {
    return await told;
  } finally {
    element.remove();
  }
}

const place = query.get('place');
globalThis.findings = PLACES[place]().then(JSON.stringify, (error) =>
  JSON.stringify([{ name: `the suite in a ${place}`, outcome: 'failed', why: `${error}\n${error?.stack}`, milliseconds: 0 }]),
);
