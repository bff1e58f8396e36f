// What the page takes from the package. Elsewhere this would be `agent-identity` and its hosts.

export { FetchHttp } from '../../dist/hosts/fetch.js';
export { indexedDbOrMemory } from '../../dist/hosts/indexed-db.js';
export { systemSleep } from '../../dist/hosts/system.js';
export { WebCryptoCustodian } from '../../dist/hosts/web-crypto.js';
export { AgentIdentityError, HostError, hasCode, load } from '../../dist/web.js';
