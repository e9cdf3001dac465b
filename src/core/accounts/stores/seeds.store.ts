import type { Database } from '../../../platform/database/database.ts';
import type { Sealed } from '../../../domain/people/second-factor.ts';

interface SeedRow {
  readonly user_id: string;
  readonly seed: string;
  readonly key_id: string;
}

interface CountRow {
  readonly count: number | string;
}

/** @returns some that another key than this one sealed, by user, behind a user's id */
export async function sealedOtherwiseForOperator(database: Database, keyId: string, behind: string, most: number) {
  const rows = await database
    .knex<SeedRow>('second_factors')
    .select('user_id', 'seed', 'key_id')
    .whereNot('key_id', keyId)
    .where('user_id', '>', behind)
    .orderBy('user_id')
    .limit(most);
  return rows.map(({ user_id, seed, key_id }) => ({ userId: user_id, sealed: { text: seed, keyId: key_id } }));
}

/** Puts a seed under another key, unless it was replaced meanwhile. */
export async function resealForOperator(
  database: Database,
  userId: string,
  before: Sealed,
  after: Sealed,
): Promise<void> {
  await database
    .knex('second_factors')
    .where({ user_id: userId, seed: before.text })
    .update({ seed: after.text, key_id: after.keyId });
}

/** @returns how many were sealed by none of these keys */
export async function countUnreadableForOperator(database: Database, keyIds: readonly string[]): Promise<number> {
  const rows = await database.knex('second_factors').whereNotIn('key_id', keyIds).count<CountRow[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}
