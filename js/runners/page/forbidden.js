import { ENGINES } from './engines.js';

const { load } = await import(`../../dist/${ENGINES[new URLSearchParams(location.search).get('engine')].web}`);

parent.postMessage(
  await load().then(
    () => 'it was loaded',
    (error) => error.code ?? String(error),
  ),
  location.origin,
);
