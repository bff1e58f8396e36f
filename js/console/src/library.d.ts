// The types of library.js: those of the package, which are kept apart from its code.

export { FetchHttp } from '../../dist/types/hosts/fetch.js';
export { indexedDbOrMemory } from '../../dist/types/hosts/indexed-db.js';
export { systemSleep } from '../../dist/types/hosts/system.js';
export { WebCryptoCustodian } from '../../dist/types/hosts/web-crypto.js';
export * from '../../dist/types/index.js';
