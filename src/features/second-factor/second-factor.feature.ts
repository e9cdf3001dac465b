import type { Logger } from 'pino';
import type { Background } from '../../background.ts';
import type { Stores } from '../../stores.ts';
import type { Authentication } from '../../web/authentication.ts';
import type { Cookies } from '../../web/cookies.ts';
import type { AnswerRefusal, Route } from '../../web/routing.ts';
import type { Hasher } from '../passwords/hasher.ts';
import type { KnownDevices } from '../sessions/known-device.ts';
import type { Throttle } from '../sessions/throttle.ts';
import type { Users } from '../users/users.ts';
import { codeRoutes } from './code.routes.ts';
import { createCodeCheck } from './codes.ts';
import { ownSecondFactorRoutes } from './own.routes.ts';
import { createProof } from './proof.ts';
import { removalRoutes } from './removal.routes.ts';
import { resealSeeds } from './reseal.ts';
import { createSecondFactor } from './second-factor.ts';
import { createSeedOffer } from './seed-offer.ts';
import { createCodeStep } from './sign-in.ts';
import { createVault } from './vault.ts';

/** Puts the second factor together. @returns its routes */
export function secondFactorRoutes(parts: {
  stores: Stores;
  keys: readonly string[];
  hasher: Hasher;
  throttle: Throttle;
  users: Users;
  devices: KnownDevices;
  authentication: Authentication;
  cookies: Cookies;
  answerRefusal: AnswerRefusal;
  background: Background;
  baseUrl: URL;
  clock: () => number;
  log: Logger;
}): Route[] {
  const vault = createVault(parts.keys);
  parts.background.add(resealSeeds({ ...parts, vault }));
  const accept = createCodeCheck({ ...parts, vault });
  const proof = createProof({ ...parts, accept });
  const secondFactor = createSecondFactor({ ...parts, vault, proof });
  return [
    ...codeRoutes({ ...parts, giveCode: createCodeStep({ ...parts, accept }) }),
    ...ownSecondFactorRoutes({
      ...parts,
      secondFactor,
      offer: createSeedOffer(vault),
      issuer: `Parvis ${parts.baseUrl.hostname}`,
    }),
    ...removalRoutes(parts),
  ];
}
