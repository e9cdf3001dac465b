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

/** The result of re-encrypting one batch of seeds. */
export interface ReencryptedBatch {
  readonly found: number;
  /** The number of seeds in the batch that no key can decrypt. */
  readonly unreadable: number;
  /** The ID of the last seed in the batch. The next batch starts after it. */
  readonly last: number;
}

// A literal instead of a binding, so that the planner can use the partial index on TOTP seeds.
const totpCredentials = ({ knex }: Database) => knex<SeedRow>('credentials').whereRaw("kind = 'totp'");

/** Re-encrypts a batch of TOTP seeds with the vault's current key. Skips seeds that change concurrently. */
export async function reencryptForOperator(
  database: Database,
  vault: Vault,
  afterId: number,
  limit: number,
): Promise<ReencryptedBatch> {
  const rows = await totpCredentials(database)
    .select('id', 'user_id', 'secret', 'key_id')
    .whereNot('key_id', vault.keyId)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit);
  let unreadable = 0;
  for (const { id, user_id, secret, key_id } of rows) {
    const seed = vault.open({ text: secret, keyId: key_id }, seedPurpose(user_id));
    if (seed === null) {
      unreadable++;
      continue;
    }
    const { text, keyId } = vault.seal(seed, seedPurpose(user_id));
    await totpCredentials(database).where({ id, secret }).update({ secret: text, key_id: keyId });
  }
  return { found: rows.length, unreadable, last: rows.at(-1)?.id ?? afterId };
}

/** @returns the number of seeds that were not encrypted with any of these keys */
export async function countUnreadableForOperator(database: Database, keyIds: readonly string[]): Promise<number> {
  const rows = await totpCredentials(database).whereNotIn('key_id', keyIds).count<CountRow[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}
