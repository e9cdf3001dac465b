import type { Sealed } from '../../../domain/people/second-factor.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { generateSeed } from '../../../platform/keys/totp.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { bind } from '../../../platform/bind.ts';

export type EnrollmentSeed = ReturnType<typeof createEnrollmentSeed>;

/**
 * Returns the seed for enrollment, which stays the same until it is confirmed or the session ends. The session data
 * contains the seed in encrypted form, so that the session store does not reveal it. The seed is never read from a
 * form, so a client cannot choose it.
 */
export function getEnrollmentSeed(
  deps: Vault,
  session: LiveSession,
  kept: Sealed | undefined,
): { seed: string; kept: Sealed } {
  const purpose = `enrollment of ${session.user.id} in ${session.id}`;
  const stored = kept === undefined ? null : deps.open(kept, purpose);
  if (kept !== undefined && stored !== null) return { seed: stored, kept };
  const seed = generateSeed();
  return { seed, kept: deps.seal(seed, purpose) };
}

export const createEnrollmentSeed = (deps: Vault) => bind(deps, { getEnrollmentSeed }).getEnrollmentSeed;
