import type { Knex } from 'knex';
import type { Database } from '../../platform/database/database.ts';
import { processInChunks } from '../../platform/database/chunks.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { throttleKeysOf } from '../accounts/index.ts';
import type { TenantTable } from './tenant-tables.ts';
import type { Cells } from './table-digests.ts';

type CountedUser = Parameters<typeof throttleKeysOf>[0];
type Value = string | number | null;
type Row = Record<string, Value>;

const rowsPerQuery = 1_000;
// A small number of keys per statement, because each SQLite query blocks the event loop.
const idsPerQuery = 400;

const countOf = async (query: Knex.QueryBuilder): Promise<number> => {
  const [row] = await query.count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
};

function rowsOf(database: Database, { name, owned }: TenantTable, tenantId: string) {
  return database.knex(name).whereRaw(owned, [tenantId]);
}

function movedRowsOf(database: Database, table: TenantTable, tenantId: string) {
  const rows = rowsOf(database, table, tenantId);
  return table.movedCondition === null ? rows : rows.whereRaw(table.movedCondition);
}

function expressionOf(database: Database, { derived }: TenantTable, column: string): Knex.Raw | null {
  const expression = derived[column];
  return expression === undefined ? null : database.knex.raw(`${expression} as ??`, [column]);
}

/** @returns the moved columns of a table, in the order of the bundle */
export async function columnsOf(database: Database, { name, local }: TenantTable): Promise<string[]> {
  return Object.keys(await database.knex(name).columnInfo())
    .filter((column) => !local.includes(column))
    .sort();
}

/** Reads the tenant's rows of a moved table in order, in batches. */
export async function* rows(
  database: Database,
  table: TenantTable,
  columns: readonly string[],
  tenantId: string,
): AsyncGenerator<Cells[]> {
  if (table.order === null) return;
  const { column, isText } = table.order;
  // The order must be the same in both databases, so that the same rows have the same digest.
  const place = isText && database.dialect === 'postgres' ? '?? collate "C"' : '??';
  for (let last: Value = null; ;) {
    const query = movedRowsOf(database, table, tenantId).orderByRaw(place, [column]).limit(rowsPerQuery);
    if (last !== null) query.whereRaw(`${place} > ?`, [column, last]);
    const read = [...new Set([...columns, column])].map((each) => expressionOf(database, table, each) ?? each);
    const rows = await query.select<Row[]>(read);
    yield rows.map((row) => columns.map((each) => row[each] ?? null));
    if (rows.length < rowsPerQuery) return;
    last = rows.at(-1)?.[column] ?? null;
  }
}

export async function count(database: Database, table: TenantTable, tenantId: string): Promise<number> {
  return countOf(rowsOf(database, table, tenantId));
}

/** @returns the number of the tenant's rows that are moved */
export async function countMoved(database: Database, table: TenantTable, tenantId: string): Promise<number> {
  return countOf(movedRowsOf(database, table, tenantId));
}

export async function remove(database: Database, table: TenantTable, tenantId: string): Promise<void> {
  await rowsOf(database, table, tenantId).delete();
}

/** @returns the number of active users who can only sign in with a one-time link at `now` (epoch ms) */
export async function countWaitingForLink(database: Database, tenantId: string, now: number): Promise<number> {
  const users = database
    .knex('users')
    .where({ tenant_id: tenantId, state: 'active', password: 'temporary' })
    .whereExists(
      database
        .knex('one_time_links')
        .whereRaw('user_id = users.id and one_time_links.epoch = users.epoch')
        .where('expires_at', '>', now),
    );
  return countOf(users);
}

/**
 * @returns the number of users who will have to set up a second factor: users who have one, because second factors are
 * not moved, and users who have not set up a new one since an earlier move
 */
export async function countSecondFactorsToReplace(database: Database, tenantId: string): Promise<number> {
  const users = database.knex('users').where({ tenant_id: tenantId });
  return countOf(users.whereRaw('(second_factor_at is not null or second_factor_due = 1)'));
}

/**
 * Replaces languages that the region does not offer. @param at the time of the change, epoch ms
 * @returns whether the tenant's language was replaced, and the number of users whose language was replaced
 */
export async function replaceLanguages(
  database: Database,
  tenantId: string,
  { languages, defaultLanguage }: Pick<RegionRules, 'languages' | 'defaultLanguage'>,
  at: number,
): Promise<{ company: boolean; users: number }> {
  const offered = [...languages];
  const own = database.knex('tenants').where({ id: tenantId }).whereNotIn('language', offered);
  const company = (await own.update({ language: defaultLanguage })) === 1;
  const others = database.knex('users').where({ tenant_id: tenantId }).whereNotIn('language', offered);
  const changed = { language: null, version: database.knex.raw('version + 1'), updated_at: at };
  return { company, users: await others.update(changed) };
}

/** Replaces all passwords of a tenant with `hash`, which no password matches. @param at the current time, epoch ms */
export async function resetAllPasswords(database: Database, tenantId: string, hash: string, at: number): Promise<void> {
  const users = () => database.knex('users').where({ tenant_id: tenantId });
  await users().update({ password: 'temporary', temporary_until: at, epoch: database.knex.raw('epoch + 1') });
  await database
    .knex('credentials')
    .where({ kind: 'password' })
    .whereIn('user_id', users().select('id'))
    .update({ secret: hash, set_by: null, created_at: at });
}

/** @returns the number of entries after a place in the log, and the number of those that are not refused sign-ins */
export async function countRecordedSince(
  database: Database,
  tenantId: string,
  place: number,
): Promise<{ all: number; others: number }> {
  const since = () => database.knex('activity').where({ tenant_id: tenantId }).where('place', '>', place);
  const others = since().whereNotIn('kind', ['signIn.failed', 'signIn.throttled']);
  return { all: await countOf(since()), others: await countOf(others) };
}

/** Deletes the throttles of all users of a tenant. */
export async function deleteThrottles(database: Database, tenantId: string): Promise<void> {
  for (let last = 0; ;) {
    const users = await database
      .knex('users')
      .where({ tenant_id: tenantId })
      .where('number', '>', last)
      .orderBy('number')
      .limit(rowsPerQuery)
      .select<(CountedUser & { number: number })[]>('id', 'username', 'epoch', 'number');
    await processInChunks(users.flatMap(throttleKeysOf), idsPerQuery, (keys) =>
      database.knex('throttles').whereIn('key', keys).delete(),
    );
    if (users.length < rowsPerQuery) return;
    last = users.at(-1)?.number ?? last;
  }
}

/** @returns the last migration of this database. A bundle can only be moved between databases with the same schema. */
export async function schema(database: Database): Promise<string> {
  const row = await database
    .knex('knex_migrations')
    .orderBy('name', 'desc')
    .first<{ name: string } | undefined>('name');
  return row?.name ?? '';
}

export * from './moved-rows.store.ts';
export * from './session-data.store.ts';
