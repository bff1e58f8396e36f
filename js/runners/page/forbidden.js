import { load } from '../../dist/web.js';

parent.postMessage(
  await load().then(
    () => 'it was loaded',
    (error) => error.code ?? String(error),
  ),
  location.origin,
);
