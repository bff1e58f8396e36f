/** What every command is given. */

import { readFile } from 'node:fs/promises';
import { instantiate } from '../abi/instance.js';
import type { Component } from '../component.js';
import { type Load, compileSource, loader } from '../load.js';
import type { Given } from './arguments.js';
import { Home } from './home.js';
import { Output } from './output.js';

const load: Load = loader(instantiate, { byDefault: async () => compileSource(await readFile(new URL('../guest.wasm', import.meta.url))) });

/** The options of every command, and what commands make of them. */
export class Context {
  readonly output: Output;
  readonly given: Given;
  #home: Home | undefined;

  constructor(given: Given) {
    this.given = given;
    this.output = new Output(given.has('json'), given.has('quiet'));
  }

  /** The component, with this machine's clock and randomness. */
  component(): Promise<Component> {
    return load();
  }

  /** The home folder, whether it exists or not. */
  get home(): Home {
    return (this.#home ??= new Home(this.given.text('home'), this.given.text('storage')));
  }
}
