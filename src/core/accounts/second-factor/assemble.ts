import type { Logger } from 'pino';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { createCodeAcceptor } from './codes.ts';
import { createReauthentication } from './reauthentication.ts';
import { createSeedReencryption } from './reencrypt-seeds.ts';
import { createSecondFactor } from './own-second-factor.ts';
import { createEnrollmentSeed } from './enrollment-seed.ts';
import { createCodeSubmission } from './submit-code.ts';
import { createVault } from '../../../platform/keys/vault.ts';
import type { Database } from '../../../platform/database/database.ts';

/** Puts together what the routes of the second factor work with, and what is done beside them. */
export function assembleSecondFactor(given: {
  database: Database;
  keys: readonly string[];
  hasher: Hasher;
  throttle: Throttle;
  clock: () => number;
  log: Logger;
}) {
  const vault = createVault(given.keys);
  const accept = createCodeAcceptor({ ...given, vault });
  const reauthentication = createReauthentication({ ...given, accept });
  return {
    submitCode: createCodeSubmission({ ...given, accept }),
    secondFactor: createSecondFactor({ ...given, vault, reauthentication }),
    enrollmentSeed: createEnrollmentSeed(vault),
    reencryptSeeds: createSeedReencryption({ ...given, vault }),
  };
}
