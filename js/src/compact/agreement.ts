/**
 * What the compact engine is declared to be, by the Rust crate that it is made from, is what everything else is built on: the same type, or
 * this does not compile.
 */

import type { Guest } from '../generated/guest.js';
import type { Guest as Declared } from '../generated/glue.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Proven<T extends true> = T;

/** @internal */
export type Agreement = Proven<Same<Declared, Guest>>;
