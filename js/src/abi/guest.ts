import { errorOf } from '../error.js';
import { type Guest, PACKAGE, bind } from '../generated/interfaces.js';
import type { ErrorInfo } from '../generated/types.js';
import type { Handle } from './handle.js';
import { type Environment, Instance, type Types } from './instance.js';
import { own, result } from './types.js';

export type { Guest };

/** A new instance of the component. */
export function instantiate(module: WebAssembly.Module): Instance {
  return new Instance(module, PACKAGE);
}

/** Every function of an instance, asking these clocks and this randomness. Failures are thrown. */
export function guestOf(instance: Instance, environment: Environment): Guest {
  const plain = (path: string, names: string, types: () => Types) => instance.function(path, environment, names, types);
  const fallible = (path: string, names: string, types: () => Types) => {
    const call = plain(path, names, () => {
      const [params, value] = types();
      return [params, result(value, own('error'))];
    });
    return (...values: unknown[]) => {
      const { tag, val } = call(...values);
      if (tag === 'err') throw failureOf(guest, val);
      return val;
    };
  };
  const guest = bind(plain, fallible);
  return guest;
}

/** What the component says about a failure, which it can forget then. */
export function failureOf(guest: Guest, failure: Handle): Error {
  try {
    return errorOf(guest.errors.error.info(failure) as ErrorInfo);
  } finally {
    failure.drop();
  }
}
