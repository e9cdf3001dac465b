import type { Logger } from 'pino';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { Throttle } from '../throttles/throttle.ts';
import { createCodeCheck } from './codes.ts';
import { createProof } from './proof.ts';
import { resealSeeds } from './reseal.ts';
import { createSecondFactor } from './second-factor.ts';
import { createSeedOffer } from './seed-offer.ts';
import { createCodeStep } from './sign-in.ts';
import { createVault } from '../../../platform/keys/vault.ts';
import type { Database } from '../../../platform/database/database.ts';

/** Puts together what the routes of the second factor work with, and what is done beside them. */
export function createSecondFactorParts(given: {
  database: Database;
  keys: readonly string[];
  hasher: Hasher;
  throttle: Throttle;
  clock: () => number;
  log: Logger;
}) {
  const vault = createVault(given.keys);
  const accept = createCodeCheck({ ...given, vault });
  const proof = createProof({ ...given, accept });
  return {
    giveCode: createCodeStep({ ...given, accept }),
    secondFactor: createSecondFactor({ ...given, vault, proof }),
    offer: createSeedOffer(vault),
    reseal: resealSeeds({ ...given, vault }),
  };
}
