// What the suite has in a page or a worker.

/** What the server of this origin offers. */
export async function environment(seen, host, more) {
  const { vectors, authority } = await (await fetch('/about')).json();
  return {
    read: async (path) => {
      const answer = await fetch(`/data/${path}`);
      return answer.ok ? answer.text() : undefined;
    },
    vectors,
    authority: authority ? location.origin : undefined,
    storages: [{ name: 'IndexedDB', open: async () => new (await host('indexed-db')).IndexedDbStorage({ name: 'suite' }) }],
    custodians: [
      { name: 'web-crypto in IndexedDB', open: async () => new (await host('web-crypto')).WebCryptoCustodian({ name: 'suite' }) },
      { name: 'web-crypto in memory', open: async () => new (await host('web-crypto')).WebCryptoCustodian({ ephemeral: true }) },
    ],
    hasPolicy: true,
    violations: () => seen,
    ...more,
  };
}
