import { type Database, preparedQuery } from '../../../platform/database/database.ts';
import { bucketOf, bucketsOf, type ListDigests, suffixBytes, suffixOf } from './password-list-digests.ts';

/*
 * The operator's own list of passwords that no user may choose. Every process reads it from the database, so that a new
 * list applies immediately.
 */

interface BucketRow {
  readonly bucket: number;
  readonly digests: Buffer;
}

const bucketQuery = preparedQuery<BucketRow>('password_list.find', (knex, $) =>
  knex('password_list')
    .select('bucket', 'digests')
    .where({ bucket: $('bucket') }),
);

/** @returns whether a password with any of these digests is in the list */
export async function hasAny(database: Database, digests: readonly Buffer[]): Promise<boolean> {
  for (const digest of digests) {
    const [row] = await bucketQuery(database, { bucket: bucketOf(digest) });
    if (row !== undefined && contains(row.digests, suffixOf(digest))) return true;
  }
  return false;
}

function contains(digests: Buffer, suffix: Buffer): boolean {
  let at = digests.indexOf(suffix);
  // Skip a match that begins within one digest and ends within the next.
  while (at >= 0 && at % suffixBytes !== 0) at = digests.indexOf(suffix, at + 1);
  return at >= 0;
}

/** @returns the number of passwords in the list */
export async function count(database: Database): Promise<number> {
  const row = await database
    .knex('password_list')
    .first<{ bytes: number | string | null }>(database.knex.raw('sum(length(digests)) as bytes'));
  return Number(row.bytes ?? 0) / suffixBytes;
}

const bucketsPerInsert = 500;

/** Replaces the list, within a transaction. */
export async function replace(database: Database, digests: ListDigests): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.knex('password_list').delete();
    let rows: BucketRow[] = [];
    for (const row of bucketsOf(digests)) {
      rows.push(row);
      if (rows.length < bucketsPerInsert) continue;
      await tx.knex('password_list').insert(rows);
      rows = [];
    }
    if (rows.length > 0) await tx.knex('password_list').insert(rows);
  });
}
