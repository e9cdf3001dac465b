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

/** Seeds of every tenant, for whoever keeps the keys: none of this opens one. */
export function seedsStore({ knex }: Database) {
  return {
    /** @returns some that another key than this one sealed, by user, behind a user's id */
    sealedOtherwiseForOperator: async (keyId: string, behind: string, most: number) => {
      const rows = await knex<SeedRow>('second_factors')
        .select('user_id', 'seed', 'key_id')
        .whereNot('key_id', keyId)
        .where('user_id', '>', behind)
        .orderBy('user_id')
        .limit(most);
      return rows.map(({ user_id, seed, key_id }) => ({ userId: user_id, sealed: { text: seed, keyId: key_id } }));
    },

    /** Puts a seed under another key, unless it was replaced meanwhile. */
    resealForOperator: async (userId: string, before: Sealed, after: Sealed): Promise<void> => {
      await knex('second_factors')
        .where({ user_id: userId, seed: before.text })
        .update({ seed: after.text, key_id: after.keyId });
    },

    /** @returns how many were sealed by none of these keys */
    countUnreadableForOperator: async (keyIds: readonly string[]): Promise<number> => {
      const rows = await knex('second_factors').whereNotIn('key_id', keyIds).count<CountRow[]>({ count: '*' });
      return Number(rows[0]?.count ?? 0);
    },
  };
}
