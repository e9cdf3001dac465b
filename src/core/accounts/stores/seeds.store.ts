import type { Database } from '../../../platform/database/database.ts';
import type { Vault } from '../../../platform/keys/vault.ts';
import { seedPurpose } from '../../../platform/keys/totp.ts';

interface SeedRow {
  readonly id: number;
  readonly user_id: string;
  readonly secret: string;
  readonly key_id: string;
}

interface CountRow {
  readonly count: number | string;
}

/** What became of some seeds that another key than the first seals. */
export interface Resealed {
  readonly found: number;
  /** How many of them no key opens. */
  readonly unreadable: number;
  /** The place of the last of them, behind which the next are found. */
  readonly last: number;
}

// Spelled out, not bound: only then does the index of these fit.
const totps = ({ knex }: Database) => knex<SeedRow>('credentials').whereRaw("kind = 'totp'");

/** Seals some seeds under the vault's first key that another key seals, unless they are replaced meanwhile. */
export async function resealForOperator(
  database: Database,
  vault: Vault,
  behind: number,
  most: number,
): Promise<Resealed> {
  const rows = await totps(database)
    .select('id', 'user_id', 'secret', 'key_id')
    .whereNot('key_id', vault.keyId)
    .where('id', '>', behind)
    .orderBy('id')
    .limit(most);
  let unreadable = 0;
  for (const { id, user_id, secret, key_id } of rows) {
    const seed = vault.open({ text: secret, keyId: key_id }, seedPurpose(user_id));
    if (seed === null) {
      unreadable++;
      continue;
    }
    const { text, keyId } = vault.seal(seed, seedPurpose(user_id));
    await totps(database).where({ id, secret }).update({ secret: text, key_id: keyId });
  }
  return { found: rows.length, unreadable, last: rows.at(-1)?.id ?? behind };
}

/** @returns how many were sealed by none of these keys */
export async function countUnreadableForOperator(database: Database, keyIds: readonly string[]): Promise<number> {
  const rows = await totps(database).whereNotIn('key_id', keyIds).count<CountRow[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}
