/** One storage that counts, and weaker ones that it supersedes. */

import type { LoadedDocument, Storage } from '../../host.js';
import { checkDocument, checkName, conflict } from '../document.js';

/**
 * Documents of the top. One that still lies beneath counts where the top has none, and moves up with the next change. What is superseded
 * goes when something newer is safely stored, and when it is erased.
 */
export class LayeredStorage implements Storage {
  readonly #top: Storage;
  readonly #beneath: readonly Storage[];

  constructor(top: Storage, beneath: readonly Storage[]) {
    this.#top = top;
    this.#beneath = beneath;
  }

  async load(name: string, signal?: AbortSignal): Promise<LoadedDocument | undefined> {
    return (await this.#top.load(name, signal)) ?? this.#loadBeneath(name, signal);
  }

  async replace(name: string, expected: string | undefined, document: Uint8Array, signal?: AbortSignal): Promise<void> {
    checkName(name, 'unwritable');
    checkDocument(name, document);
    await this.#top.replace(name, await this.#expectedOnTop(name, expected, signal), document, signal);
    await this.#supersede(name, document);
  }

  /** Everywhere, whatever fails on the way; the first failure is reported. */
  async erase(name: string, signal?: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    for (const storage of [...this.#beneath, this.#top]) {
      await storage.erase(name, signal).catch((error) => failures.push(error));
    }
    if (failures.length) throw failures[0];
  }

  async #loadBeneath(name: string, signal: AbortSignal | undefined): Promise<LoadedDocument | undefined> {
    for (const storage of this.#beneath) {
      const found = await storage.load(name, signal);
      if (found) return found;
    }
    return undefined;
  }

  /** What the top must have for the caller's expectation to be met. */
  async #expectedOnTop(name: string, expected: string | undefined, signal: AbortSignal | undefined): Promise<string | undefined> {
    const onTop = await this.#top.load(name, signal);
    onTop?.document.fill(0);
    if (onTop) return expected;
    const beneath = await this.#loadBeneath(name, signal);
    beneath?.document.fill(0);
    if (beneath?.revision !== expected) throw conflict(name);
    return undefined;
  }

  /** Once the top has been seen to hold the new document. A failure leaves an older one behind, which does not count. */
  async #supersede(name: string, stored: Uint8Array): Promise<void> {
    for (const storage of this.#beneath) {
      try {
        const older = await storage.load(name).catch(() => null);
        older?.document.fill(0);
        if (older === undefined || !(await this.#holds(name, stored))) continue;
        await storage.erase(name);
      } catch {
        // The top counts.
      }
    }
  }

  async #holds(name: string, stored: Uint8Array): Promise<boolean> {
    const found = await this.#top.load(name);
    return found !== undefined && isSame(found.document, stored);
  }
}

/** Whether two documents have the same bytes. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
