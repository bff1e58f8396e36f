/** Everything the package must do in every runtime, as a function of the package: each runner only says where it is. */

import { agentWorld } from './agent-world.js';
import { faults } from './authority/faults.js';
import { backendOf } from './authority/backend.js';
import { clocks } from './authority/clocks.js';
import { requests } from './authority/requests.js';
import type { Case } from './case.js';
import { concurrency } from './concurrency.js';
import { custody } from './custody.js';
import type { Environment, Library } from './environment.js';
import { events } from './events.js';
import { argumentHazards } from './hazards/arguments.js';
import { errorHazards } from './hazards/errors.js';
import { loadingHazards } from './hazards/loading.js';
import { hosts } from './hosts/index.js';
import { policy, violations } from './policy.js';
import { secrets } from './secrets.js';
import { signatures } from './signatures.js';
import { storage } from './storage.js';
import { vectors } from './vectors.js';
import { workers } from './workers.js';

export { type Case, type Finding, run } from './case.js';
export type { Environment, Library } from './environment.js';
export { equal } from './expect.js';
export { observed } from './import.js';

/** Every case for this package here. */
export async function suite(library: Library, environment: Environment): Promise<Case[]> {
  const backend = backendOf(environment);
  const needingBackend = (cases: (library: Library, at: NonNullable<typeof backend>) => Case[]) => (backend ? cases(library, backend) : []);
  return [
    ...loadingHazards(library),
    ...argumentHazards(library),
    ...errorHazards(library),
    ...(await vectors(library, environment)),
    ...signatures(library, environment),
    ...concurrency(library),
    ...events(library),
    ...workers(library, environment),
    ...secrets(library),
    ...hosts(library),
    ...storage(library, environment, backend),
    ...custody(library, environment, backend),
    ...needingBackend(requests),
    ...needingBackend(faults),
    // The other world is a component.
    ...(library.engine === 'component' ? agentWorld(library, environment, backend) : []),
    ...needingBackend(clocks),
    ...policy(library, environment),
    ...violations(environment),
  ];
}
