import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../../platform/database/database.ts';
import { actingUserId } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';

const rowsPerDelete = 1_000;

/** @returns the column values that identify the actor's imports */
export function ownerColumns(scope: Scope) {
  return { tenant_id: scope.tenant.id, user_id: actingUserId(scope) };
}

/** Selects an import of the actor. */
export function ownImport(database: Database, scope: Scope, id: string) {
  return database.knex('imports').where({ ...ownerColumns(scope), id });
}

/**
 * Deletes the actor's older imports. Keeps `count` imports, including the one just staged, and any that are in
 * progress.
 */
export async function deleteOlder(database: Database, scope: Scope, staged: string, count: number): Promise<void> {
  const others = database
    .knex('imports')
    .where(ownerColumns(scope))
    .whereNotIn('state', ['confirmed', 'reading'])
    // Exclude the new import explicitly, because imports from the same millisecond have no defined order.
    .whereNot({ id: staged });
  const rows = await others
    .orderBy('created_at', 'desc')
    .select<{ id: string }[]>('id')
    .offset(count - 1)
    .limit(count);
  for (const { id } of rows) {
    // Hide the import first, so that no one sees or confirms it while some of its rows are already deleted.
    const hidden = await ownImport(database, scope, id).whereNot('state', 'confirmed').update({ state: 'reading' });
    if (hidden === 1) await deleteWithRows(database, id);
  }
}

/**
 * Deletes an import of any tenant if it has expired, or if its expiry is implausible.
 * @param expiry epoch ms: an import is kept if it expires between these times
 * @returns the number of deleted imports
 */
export async function deleteExpiredImport(
  database: Database,
  id: string,
  expiry: { from: number; until: number },
): Promise<number> {
  const expired = database.knex('imports').where({ id }).whereNotBetween('expires_at', [expiry.from, expiry.until]);
  if ((await expired.update({ state: 'reading' })) === 0) return 0;
  await deleteWithRows(database, id);
  return 1;
}

/**
 * Deletes an import and its rows, of which there may be 100,000. They are deleted in slices, so that other writes do
 * not wait for all of them.
 */
export async function deleteWithRows({ knex }: Database, id: string): Promise<void> {
  for (let found = rowsPerDelete; found === rowsPerDelete; await nextTurn()) {
    const rows = knex('import_rows').where('import_id', id);
    const lines = await rows.clone().orderBy('line').limit(rowsPerDelete).select<{ line: number }[]>('line');
    found = lines.length;
    await rows.where('line', '<=', lines.at(-1)?.line ?? 0).delete();
  }
  await knex('imports').where({ id }).delete();
}
