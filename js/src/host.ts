/**
 * The seams of the host: what performs effects, and what the component asks for while it runs. Each is small, so that an embedding
 * program can bring its own.
 */

import type { HttpRequest, HttpResponse, LoadedDocument } from './generated/types.js';

export type { HttpRequest, HttpResponse, LoadedDocument };

/** Makes HTTP requests. */
export interface Http {
  /**
   * Sends one request and reads its answer up to the limits the request sets. Redirects are not followed and no header is added beyond
   * what HTTP needs. Rejects with a {@link HostError} `timeout`, `connect`, `failed` or `cancelled`; anything else counts as `failed`.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
}

/**
 * Keeps documents under names. A document is replaced as a whole or not at all. Writers that share one read it, and then replace exactly
 * what they read; on a conflict they read again. So nobody holds a lock while something else is awaited.
 */
export interface Storage {
  /** The document and the storage's own name for its state, or `undefined`. Anything it rejects with counts as `unreadable`. */
  load(name: string, signal?: AbortSignal): Promise<LoadedDocument | undefined>;
  /**
   * Replaces the document if the present one still has this revision, or if there is none and `undefined` is expected; with no other
   * writer in between. Rejects with a {@link HostError} `conflict` otherwise; anything else counts as `unwritable`, and nothing changed.
   */
  replace(name: string, expected: string | undefined, document: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Removes the document; removing what is not there succeeds. */
  erase(name: string, signal?: AbortSignal): Promise<void>;
}

/** Keeps keys that never enter the component: it prepares the bytes, the custodian signs them. */
export interface Custodian {
  /** A pure Ed25519 signature over `text`, 64 bytes. Rejects with anything; a {@link HostError} `unsupported` says it never will. */
  sign(keyId: string, text: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  /** Opens a libsodium sealed box to the X25519 form of the key. A custodian without it cannot. */
  unseal?(keyId: string, sealed: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Gets attestation tokens. */
export interface Attestor {
  /** An opaque token. Rejects with anything; a {@link HostError} `cancelled` or `malformed` says more. */
  attest(signal: AbortSignal): Promise<string>;
}

/** Reads the clocks. */
export interface Clock {
  /** Wall clock: milliseconds since 1970-01-01T00:00:00Z, uncorrected. May step. Fractions are cut off. */
  now(): number | bigint;
  /** Milliseconds since an arbitrary origin. Never steps back. */
  monotonic(): number | bigint;
}

/** Draws random bytes. */
export interface Random {
  /** Fills `bytes`, at most 65536 at once, with cryptographically secure ones, or throws. */
  fill(bytes: Uint8Array): void;
}

/** Lets the time pass that an operation waits before it tries again. Rejects with the reason of the signal. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** What performs effects. What is left out is the system's own: `fetch`, documents in memory, clocks, `crypto.getRandomValues`. */
export interface Host {
  readonly http: Http;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  /** Keeps keys; without it a custodial key cannot sign. */
  readonly custodian?: Custodian | undefined;
  /** Attests for requests; without it nobody does. */
  readonly attestor?: Attestor | undefined;
}

/** Why a part of the host did not do what it was asked. */
export type HostFailure =
  'timeout' | 'connect' | 'failed' | 'cancelled' | 'unreadable' | 'unwritable' | 'conflict' | 'unsupported' | 'malformed';

/**
 * What a part of the host rejects with. Its message never holds a secret.
 *
 * @example
 * ```js
 * import { HostError } from 'agent-identity';
 *
 * const http = { send: async () => { throw new HostError('connect', 'there is no network here'); } };
 * ```
 */
export class HostError extends Error {
  static {
    this.prototype.name = 'HostError';
  }

  constructor(
    /** Why. */
    readonly failure: HostFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
