import type { Sealed } from '../../../domain/people/second-factor.ts';
import type { LiveSession } from '../stores/sessions.store.ts';
import { newSeed } from './totp.ts';
import type { Vault } from '../../../platform/keys/vault.ts';

export type SeedOffer = ReturnType<typeof createSeedOffer>;

/**
 * The seed that a set-up offers: the same until it is confirmed or the session ends. It is kept in the session's data,
 * sealed, so that who reads the store, or a dump of it, reads none; and in no form, so that nobody brings their own along.
 */
export function createSeedOffer(vault: Vault) {
  /** @param kept what the session's data hold of an earlier offer. @returns the seed, and what they should hold of it */
  return (session: LiveSession, kept: Sealed | undefined): { seed: string; kept: Sealed } => {
    const purpose = `offer to ${session.user.id} in ${session.id}`;
    const before = kept === undefined ? null : vault.open(kept, purpose);
    if (kept !== undefined && before !== null) return { seed: before, kept };
    const seed = newSeed();
    return { seed, kept: vault.seal(seed, purpose) };
  };
}
