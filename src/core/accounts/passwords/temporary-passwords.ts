import { randomBytes } from 'node:crypto';
import { temporaryPassword, temporaryPasswordBytes } from '../../../domain/people/password.ts';
import { temporaryPasswordLifetimeMs, type RegionRules } from '../../../domain/regions.ts';
import type { StoredPassword } from '../stores/credentials.store.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';

/** A temporary password: the clear text to show once, and the record to store. */
export interface IssuedPassword {
  readonly clearText: string;
  readonly stored: Extract<StoredPassword, { kind: 'temporary' }>;
}

/**
 * Generates a temporary password.
 * @param by the display name of the issuing user, shown to the recipient; null for the operator
 * @param now the current time, epoch ms
 */
export async function issueTemporaryPassword(
  hasher: Pick<Hasher, 'hash'>,
  rules: RegionRules,
  by: string | null,
  now: number,
): Promise<IssuedPassword> {
  const clearText = temporaryPassword(randomBytes(temporaryPasswordBytes));
  const hash = await hasher.hash(clearText);
  return {
    clearText,
    stored: { kind: 'temporary', hash, at: now, until: now + temporaryPasswordLifetimeMs(rules), by },
  };
}
