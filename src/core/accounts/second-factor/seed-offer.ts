import type { Sealed } from '../../../domain/people/second-factor.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { generateSeed } from '../../../platform/keys/totp.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { bind } from '../../../platform/bind.ts';

export type SeedOffer = ReturnType<typeof createSeedOffer>;

/**
 * The seed that a set-up offers: the same until it is confirmed or the session ends. It is kept in the session's data,
 * sealed, so that who reads the store, or a dump of it, reads none; and in no form, so that nobody brings their own along.
 */
export function seedOffer(deps: Vault, session: LiveSession, kept: Sealed | undefined): { seed: string; kept: Sealed } {
  const purpose = `offer to ${session.user.id} in ${session.id}`;
  const before = kept === undefined ? null : deps.open(kept, purpose);
  if (kept !== undefined && before !== null) return { seed: before, kept };
  const seed = generateSeed();
  return { seed, kept: deps.seal(seed, purpose) };
}

export const createSeedOffer = (deps: Vault) => bind(deps, { seedOffer }).seedOffer;
