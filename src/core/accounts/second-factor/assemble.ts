import type { Logger } from 'pino';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { Throttle } from '../throttles/throttle.ts';
import type { KnownDevices } from '../sessions/known-devices.ts';
import { createCodeAcceptor } from './codes.ts';
import { createReauthentication } from './reauthentication.ts';
import { createSeedReencryption } from './reencrypt-seeds.ts';
import { createSecondFactor } from './own-second-factor.ts';
import { createEnrollmentSeed } from './enrollment-seed.ts';
import { createCodeSubmission } from './submit-code.ts';
import { createVault } from '../../../platform/keys/vault.ts';
import type { Database } from '../../../platform/database/database.ts';

/** Assembles the second-factor functions that the routes use, and the background job that re-encrypts seeds. */
export function assembleSecondFactor(deps: {
  database: Database;
  keys: readonly string[];
  hasher: Hasher;
  throttle: Throttle;
  devices: KnownDevices;
  clock: () => number;
  log: Logger;
}) {
  const vault = createVault(deps.keys);
  const accept = createCodeAcceptor({ ...deps, vault });
  const reauthentication = createReauthentication({ ...deps, accept });
  return {
    submitCode: createCodeSubmission({ ...deps, accept }),
    secondFactor: createSecondFactor({ ...deps, vault, reauthentication }),
    enrollment: createEnrollmentSeed(vault),
    reencryption: createSeedReencryption({ ...deps, vault }),
  };
}
