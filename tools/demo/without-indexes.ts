import type { Database } from '../../src/platform/database/database.ts';

interface Index {
  readonly name: string;
  readonly definition: string;
}

// Others hold on to these: the users' numbers while they are given out, constraints and the other tables.
const kept = ['users_by_number', 'users_username_unique', 'users_pkey', 'users_search_pkey', 'credentials_pkey'];

/**
 * Does some work without the indexes of users, and makes them again afterwards: to sort a million once is much quicker than
 * to put each in its place. Only for a database that nobody else uses yet.
 */
export async function withoutIndexes(database: Database, work: () => Promise<void>): Promise<void> {
  const { knex } = database;
  const indexes = database.dialect === 'sqlite' ? await indexesOfSqlite(database) : await indexesOfPostgres(database);
  await knex.transaction(async (tx) => {
    for (const { name } of indexes) await tx.raw('drop index ??', [name]);
  });
  await work();
  await knex.transaction(async (tx) => {
    if (database.dialect === 'postgres') await tx.raw("set local maintenance_work_mem = '512MB'");
    for (const { definition } of indexes) await tx.raw(definition);
  });
  // What PostgreSQL would do by itself in a minute or two.
  if (database.dialect === 'postgres') await knex.raw('vacuum analyze');
}

async function indexesOfSqlite({ knex }: Database): Promise<Index[]> {
  return knex('sqlite_master')
    .where({ type: 'index' })
    .whereIn('tbl_name', ['users', 'credentials'])
    .whereNotNull('sql')
    .whereNotIn('name', kept)
    .select<Index[]>('name', 'sql as definition');
}

async function indexesOfPostgres({ knex }: Database): Promise<Index[]> {
  return knex('pg_indexes')
    .whereRaw('schemaname = current_schema()')
    .whereIn('tablename', ['users', 'users_search', 'credentials'])
    .whereNotIn('indexname', kept)
    .select<Index[]>('indexname as name', 'indexdef as definition');
}
