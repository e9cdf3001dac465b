import type { Request } from 'express';
import { sessionOf } from '../../web/request.ts';
import { newSeed } from './totp.ts';
import type { Vault } from './vault.ts';

/** The seed that a set-up offers, the same until it is confirmed or the session ends. */
export interface SeedOffer {
  current(request: Request): string;
}

/**
 * Keeps the seed in the session's data, sealed: who reads the store, or a dump of it, reads none. Nothing of it is in a
 * form, so that nobody can bring one of theirs along.
 */
export function createSeedOffer(vault: Vault): SeedOffer {
  return {
    current: (request) => {
      const session = sessionOf(request);
      const purpose = `offer to ${session.user.id} in ${session.id}`;
      const kept = request.session.offeredSeed;
      const seed = kept === undefined ? null : vault.open(kept, purpose);
      if (seed !== null) return seed;
      const made = newSeed();
      request.session.offeredSeed = vault.seal(made, purpose);
      return made;
    },
  };
}
