// The host around the component: the parts of the package, each telling the timeline what it is asked to do.

import { FetchHttp, systemSleep } from './library.js';

/** @typedef {import('./library.js').Host} Host */
/** @typedef {import('./timeline.js').Timeline} Timeline */
/** @typedef {import('./clock.js').ClockIndicator} ClockIndicator */

/**
 * @param {{ storage: Host['storage'], custodian: import('./library.js').WebCryptoCustodian, timeline: Timeline, clock: ClockIndicator }} parts
 * @returns {Partial<Host>}
 */
export function tracedHost({ storage, custodian, timeline, clock }) {
  const http = new FetchHttp({ fetch: tracedFetch(timeline, clock) });
  return {
    http,
    storage: {
      load: (name, signal) => timeline.run('load', name, () => storage.load(name, signal), (found) => (found ? size(found.document) : 'nothing there')),
      replace: (name, expected, document, signal) => {
        const detail = size(document);
        return timeline.run('store', name, () => storage.replace(name, expected, document, signal), () => detail);
      },
      erase: (name, signal) => timeline.run('erase', name, () => storage.erase(name, signal)),
    },
    custodian: {
      sign: (keyId, text, signal) => timeline.run('sign', `${text.length} bytes`, () => custodian.sign(keyId, text, signal), () => 'by the browser’s key'),
    },
    sleep: (milliseconds, signal) => timeline.run('wait', `${(milliseconds / 1000).toFixed(1)} s`, () => systemSleep(milliseconds, signal)),
  };
}

/**
 * `fetch` that is listed, and whose answers tell the time. Values of header fields are not listed: some are credentials.
 * @param {Timeline} timeline
 * @param {ClockIndicator} clock
 * @returns {typeof globalThis.fetch}
 */
export function tracedFetch(timeline, clock) {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href);
    const place = url.origin === location.origin ? url.pathname : `${url.host}${url.pathname}`;
    const sentMs = Date.now();
    const send = () => globalThis.fetch(input, init);
    const response = await timeline.run('http', `${init?.method ?? 'GET'} ${place}`, send, ({ status, statusText }) => `${status} ${statusText}`.trim());
    clock.measure(response.headers.get('date'), response.headers.get('age'), sentMs, Date.now());
    return response;
  };
}

/** @param {Uint8Array} bytes */
const size = (bytes) => `${bytes.length} bytes`;
