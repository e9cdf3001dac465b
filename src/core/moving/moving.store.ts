import type { Knex } from 'knex';
import type { Database } from '../../platform/database/database.ts';
import { processInChunks } from '../../platform/database/chunks.ts';
import { insertRows } from '../../platform/database/insert.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { countedUnder, indexUsers, takeNumbers } from '../accounts/index.ts';
import type { TenantTable } from './tables.ts';
import type { Cells } from './tally.ts';

type CountedUser = Parameters<typeof countedUnder>[0];
type Value = string | number | null;
type Row = Record<string, Value>;

const rowsReadAtOnce = 1_000;
// SQLite takes no more than 500 in one statement.
const idsAtOnce = 400;

const countOf = async (query: Knex.QueryBuilder): Promise<number> => {
  const [row] = await query.count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
};

function rowsOf(database: Database, { name, owned }: TenantTable, tenantId: string) {
  return database.knex(name).whereRaw(owned, [tenantId]);
}

function travellingRowsOf(database: Database, table: TenantTable, tenantId: string) {
  const rows = rowsOf(database, table, tenantId);
  return table.only === null ? rows : rows.whereRaw(table.only);
}

function expressionOf(database: Database, { derived }: TenantTable, column: string): Knex.Raw | null {
  const expression = derived[column];
  return expression === undefined ? null : database.knex.raw(`${expression} as ??`, [column]);
}

/** @returns the columns of a table that travel, in the order in which they do */
export async function columnsOf(database: Database, { name, local }: TenantTable): Promise<string[]> {
  return Object.keys(await database.knex(name).columnInfo())
    .filter((column) => !local.includes(column))
    .sort();
}

/** The tenant's rows of a table that travels, in their order, some at a time. */
export async function* rows(
  database: Database,
  table: TenantTable,
  columns: readonly string[],
  tenantId: string,
): AsyncGenerator<Cells[]> {
  if (table.order === null) return;
  const { column, isText } = table.order;
  // The same order in both databases, so that the same rows have the same digest.
  const place = isText && database.dialect === 'postgres' ? '?? collate "C"' : '??';
  for (let last: Value = null; ;) {
    const query = travellingRowsOf(database, table, tenantId).orderByRaw(place, [column]).limit(rowsReadAtOnce);
    if (last !== null) query.whereRaw(`${place} > ?`, [column, last]);
    const read = [...new Set([...columns, column])].map((each) => expressionOf(database, table, each) ?? each);
    const rows = await query.select<Row[]>(read);
    yield rows.map((row) => columns.map((each) => row[each] ?? null));
    if (rows.length < rowsReadAtOnce) return;
    last = rows.at(-1)?.[column] ?? null;
  }
}

export async function count(database: Database, table: TenantTable, tenantId: string): Promise<number> {
  return countOf(rowsOf(database, table, tenantId));
}

/** @returns how many of the tenant's rows travel */
export async function countTravelling(database: Database, table: TenantTable, tenantId: string): Promise<number> {
  return countOf(travellingRowsOf(database, table, tenantId));
}

export async function remove(database: Database, table: TenantTable, tenantId: string): Promise<void> {
  await rowsOf(database, table, tenantId).delete();
}

/** Inserts rows as they came, users together with what finds them: 500 at most at a time. */
export async function insert(
  database: Database,
  { name }: TenantTable,
  columns: readonly string[],
  rows: readonly Cells[],
): Promise<void> {
  const records = rows.map((cells): Row =>
    Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null])),
  );
  if (name !== 'users') return insertRows(database, name, records);
  const numbers = await takeNumbers(database, records.length);
  const numbered = records.map((record, index) => ({ ...record, number: numbers[index] ?? 0 }));
  await insertRows(database, name, numbered);
  await indexUsers(database, numbered as unknown as Parameters<typeof indexUsers>[1]);
}

/** @returns the user name of one of these who is here already, by id or by name; or null. 200 at most at a time */
export async function findTaken(
  database: Database,
  ids: readonly string[],
  usernames: readonly string[],
): Promise<string | null> {
  const taken = database
    .knex('users')
    .whereIn('id', [...ids])
    .orWhereIn('username', [...usernames]);
  return (await taken.first<{ username: string } | undefined>('username'))?.username ?? null;
}

/** @returns how many active users have no other way in than a one-time link. @param now epoch ms */
export async function countWaitingForLink(database: Database, tenantId: string, now: number): Promise<number> {
  const waiting = database
    .knex('users')
    .where({ tenant_id: tenantId, state: 'active', password: 'temporary' })
    .whereExists(
      database
        .knex('one_time_links')
        .whereRaw('user_id = users.id and one_time_links.epoch = users.epoch')
        .where('expires_at', '>', now),
    );
  return countOf(waiting);
}

/** @returns how many users have a second factor, which does not move, or have not replaced one that did not */
export async function countSecondFactorsToReplace(database: Database, tenantId: string): Promise<number> {
  const users = database.knex('users').where({ tenant_id: tenantId });
  return countOf(users.whereRaw('(second_factor_at is not null or second_factor_due = 1)'));
}

/**
 * Removes languages that a region does not offer. @param at epoch ms
 * @returns whether the company's was one, and how many users' were
 */
export async function offerLanguages(
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

/** Nobody of the tenant has a usable password afterwards. @param hash a tag that no password has. @param at epoch ms */
export async function resetAll(database: Database, tenantId: string, hash: string, at: number): Promise<void> {
  const users = () => database.knex('users').where({ tenant_id: tenantId });
  await users().update({ password: 'temporary', temporary_until: at, epoch: database.knex.raw('epoch + 1') });
  await database
    .knex('credentials')
    .where({ kind: 'password' })
    .whereIn('user_id', users().select('id'))
    .update({ secret: hash, set_by: null, created_at: at });
}

/** @returns how many entries were recorded behind a place, and how many of them are more than a refused sign-in */
export async function recordedSince(
  database: Database,
  tenantId: string,
  place: number,
): Promise<{ all: number; others: number }> {
  const since = () => database.knex('activity').where({ tenant_id: tenantId }).where('place', '>', place);
  const others = since().whereNotIn('kind', ['signIn.failed', 'signIn.throttled']);
  return { all: await countOf(since()), others: await countOf(others) };
}

/** Forgets the counts of everybody's tries and costly acts. */
export async function forgetCounts(database: Database, tenantId: string): Promise<void> {
  for (let last = 0; ;) {
    const users = await database
      .knex('users')
      .where({ tenant_id: tenantId })
      .where('number', '>', last)
      .orderBy('number')
      .limit(rowsReadAtOnce)
      .select<(CountedUser & { number: number })[]>('id', 'username', 'epoch', 'number');
    await processInChunks(users.flatMap(countedUnder), idsAtOnce, (keys) =>
      database.knex('throttles').whereIn('key', keys).delete(),
    );
    if (users.length < rowsReadAtOnce) return;
    last = users.at(-1)?.number ?? last;
  }
}

/** @returns the last migration of this database: bundles travel between equal schemas only */
export async function schema(database: Database): Promise<string> {
  const row = await database
    .knex('knex_migrations')
    .orderBy('name', 'desc')
    .first<{ name: string } | undefined>('name');
  return row?.name ?? '';
}

export * from './sessions.store.ts';
