/** Importing does no work; loading takes every source, and does the work once. */

import type { Case } from '../case.js';
import type { Library } from '../environment.js';
import { equal, refused, that } from '../expect.js';

export function loadingHazards(library: Library): Case[] {
  const { load } = library.package;
  return [
    { name: 'loading: importing the package does no work', run: () => equal(library.workAtImport, []) },
    {
      name: 'loading: the same source is compiled once',
      run: async () => {
        const [one, other] = await Promise.all([load(), load()]);
        that(one === other, 'two components');
        const module = await WebAssembly.compile(await library.guest());
        that((await load(module)) === (await load(module)), 'two components of one module');
      },
    },
    {
      name: 'loading: bytes, buffers, responses and modules are sources',
      run: async () => {
        const bytes = await library.guest();
        const streamed = new Response(bytes.slice(), { headers: { 'content-type': 'application/wasm' } });
        const plain = new Response(bytes.slice());
        for (const source of [bytes, bytes.slice().buffer, streamed, plain, await WebAssembly.compile(bytes)]) {
          const key = (await load(source)).Key.generate();
          equal(key.public().raw.length, 32);
          key.dispose();
        }
      },
    },
    {
      name: 'loading: what is not this component is refused with a reason',
      run: async () => {
        const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
        await refused('component-unsupported', () => load(empty));
        await refused('component-unsupported', () => load(new TextEncoder().encode('<!doctype html>')));
        await refused('component-unsupported', () => load(new Response('not there', { status: 404 })));
        await refused('argument-invalid', () => load(7 as never));
        that((await load()).isSound, 'the usual source is spoilt');
      },
    },
    {
      name: 'loading: an instance says which build it is, and asks for clock and randomness only',
      run: async () => {
        const { version } = await load();
        that(/^\d+\.\d+\.\d+/.test(version.version) && /^[0-9a-f]{64}$/.test(version.componentSha256), JSON.stringify(version));
        const imports = WebAssembly.Module.imports(await WebAssembly.compile(await library.guest()));
        const foreign = imports.filter(({ module, name }) => !isOfAnEngine(module, name));
        equal(foreign, [], 'other imports');
      },
    },
  ];
}

/** Clock, randomness and the handles of its own resources; or the same under the names of wasm-bindgen, and where results go. */
function isOfAnEngine(module: string, name: string): boolean {
  if (module.startsWith('./')) return /^__wbg_(now|monotonic|random|give)_/.test(name);
  return /\/(clock|random)@|^\[export\]/.test(module) && !/wasi/.test(module + name);
}
