import { Agents } from './agent/agents.js';
import { Assertions } from './assertion.js';
import type { Engine, Guest } from './engine/engine.js';
import { Enrollments } from './enrollment.js';
import { PACKAGE, VERSION } from './generated/build.js';
import type { CodeDescription } from './generated/types.js';
import type { Host } from './host.js';
import { FetchHttp } from './hosts/fetch.js';
import { MemoryStorage } from './hosts/memory.js';
import { systemClock, systemRandom, systemSleep } from './hosts/system.js';
import { Keys, VerifyingKeys } from './key.js';
import { type Metadata, metadataOf } from './metadata.js';
import { Reveal } from './reveal.js';
import { TaskRefs } from './task-ref.js';
import { ReplayWindows, Verifier } from './verifier.js';

/**
 * An instance of the component with a host around it: everything of this package comes from here. {@link with} gives the same instance
 * another host, so keys and agents can be used across them.
 *
 * @example
 * ```js
 * import { load } from 'agent-identity';
 *
 * const component = await load();
 * const atNoon = component.with({ clock: { now: () => Date.UTC(2026, 3, 23, 12), monotonic: () => performance.now() } });
 * const key = component.Key.generate();
 * const header = atNoon.Assertion.authorize(key, 'agent-123', 'task-123');
 * console.log(component.Assertion.parse(header).timestamp); // '2026-04-23T12:00:00Z'
 * ```
 */
export class Component {
  /** Makes signing keys. */
  readonly Key: Keys;
  /** Reads public keys. */
  readonly VerifyingKey: VerifyingKeys;
  /** Builds and reads `AgentAssertion` headers. */
  readonly Assertion: Assertions;
  /** Normalises references to tasks. */
  readonly TaskRef: TaskRefs;
  /** Verifies assertions and registrations. */
  readonly Verifier: Verifier;
  /** Opens replay windows. */
  readonly ReplayWindow: ReplayWindows;
  /** Opens and registers agents. */
  readonly Agent: Agents;
  /** Opens enrollments. */
  readonly Enrollment: Enrollments;
  /** The only way a secret key leaves the component. */
  readonly Reveal: Reveal;
  /** What a request says about itself. */
  readonly metadata: Metadata;
  /** The host around it. */
  readonly host: Host;
  /** Every exported function of the component under its own name, for tools and tests. @internal */
  readonly guest: Guest;
  readonly #engine: Engine;

  /** @internal */
  constructor(engine: Engine, host: Host) {
    const guest = engine.guest(host);
    this.#engine = engine;
    this.host = host;
    this.guest = guest;
    this.Key = new Keys(guest);
    this.VerifyingKey = new VerifyingKeys(guest);
    this.Assertion = new Assertions(guest);
    this.TaskRef = new TaskRefs(guest);
    this.Verifier = new Verifier(guest);
    this.ReplayWindow = new ReplayWindows(guest);
    this.Agent = new Agents(guest, host);
    this.Enrollment = new Enrollments(guest, host);
    this.Reveal = new Reveal(guest);
    this.metadata = metadataOf(guest, host);
  }

  /** The same instance with other parts of a host; what is left out stays. */
  with(host: Partial<Host>): Component {
    return new Component(this.#engine, { ...this.host, ...host });
  }

  /** Whether the instance can still be used. After a trap it cannot, and `load` gives a new one. */
  get isSound(): boolean {
    return this.#engine.isSound;
  }

  /** Which build this is. */
  get version(): ComponentVersion {
    return { version: VERSION, componentSha256: this.#engine.digest, witPackage: PACKAGE };
  }

  /** Every code the component can return, in the order of the specification. */
  catalogue(): CodeDescription[] {
    return this.guest.errors.catalogue();
  }
}

/** Which build a component is. */
export interface ComponentVersion {
  /** Version of the package and of the component in it. */
  readonly version: string;
  /** SHA-256 of the component that `guest.wasm` was taken from, or of `compact.wasm`; lower-case hex. */
  readonly componentSha256: string;
  /** The WIT package and its version. */
  readonly witPackage: string;
}

/** A new instance, with the system's own host. @internal */
export function componentOf(engine: Engine): Component {
  return new Component(engine, {
    http: new FetchHttp(),
    storage: new MemoryStorage(),
    clock: systemClock,
    random: systemRandom,
    sleep: systemSleep,
  });
}
