/** Imports a module and records what it does on the way, which should be nothing. */

export interface Observed<T> {
  readonly package: T;
  /** What importing it called: names of functions that compile, fetch or draw. */
  readonly workAtImport: readonly string[];
}

/** Functions by which a module could work while it is imported. */
const WORK: [object: () => any, name: string][] = [
  [() => globalThis, 'fetch'],
  [() => WebAssembly, 'compile'],
  [() => WebAssembly, 'compileStreaming'],
  [() => WebAssembly, 'instantiate'],
  [() => WebAssembly, 'instantiateStreaming'],
  [() => WebAssembly, 'Module'],
  [() => WebAssembly, 'Instance'],
  [() => crypto, 'getRandomValues'],
];

export async function observed<T>(importing: () => Promise<T>): Promise<Observed<T>> {
  const workAtImport: string[] = [];
  const restore = WORK.map(([object, name]) => {
    const own = Object.getOwnPropertyDescriptor(object(), name);
    const found = object()[name];
    if (!found) return () => undefined;
    const recorder = function (this: unknown, ...values: unknown[]) {
      workAtImport.push(name);
      return new.target ? Reflect.construct(found, values) : Reflect.apply(found, this, values);
    };
    Object.defineProperty(object(), name, { value: recorder, configurable: true, writable: true });
    return () => (own ? Object.defineProperty(object(), name, own) : delete object()[name]);
  });
  try {
    return { package: await importing(), workAtImport };
  } finally {
    for (const back of restore) back();
  }
}
