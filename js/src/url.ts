/** Whether a credential may be sent there: `https`, or `http` to a loopback host, without user name and password (C7). */
export function isAllowed(url: URL): boolean {
  if (url.username || url.password) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** What a URL stands for where this runs: relative ones are resolved as `fetch` does it, by the base of a document or the place of a script. */
export function resolved(url: string | URL): URL {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return new URL(url, document?.baseURI ?? location?.href);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
