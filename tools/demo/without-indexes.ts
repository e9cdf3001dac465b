import type { Database } from '../../src/platform/database/database.ts';

interface Index {
  readonly name: string;
  readonly definition: string;
}

// Indexes that seeding needs for user numbers and constraints, or that other tables reference.
const retainedIndexes = [
  'users_by_number',
  'users_username_unique',
  'users_pkey',
  'users_search_pkey',
  'credentials_pkey',
];

/**
 * Drops the indexes of the user tables, runs `work` and creates the indexes again. Sorting a million rows once is much
 * faster than inserting each one in order. The database must not be in use.
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
  // Autovacuum would do the same, but only after a minute or two.
  if (database.dialect === 'postgres') await knex.raw('vacuum analyze');
}

async function indexesOfSqlite({ knex }: Database): Promise<Index[]> {
  return knex('sqlite_master')
    .where({ type: 'index' })
    .whereIn('tbl_name', ['users', 'credentials'])
    .whereNotNull('sql')
    .whereNotIn('name', retainedIndexes)
    .select<Index[]>('name', 'sql as definition');
}

async function indexesOfPostgres({ knex }: Database): Promise<Index[]> {
  return knex('pg_indexes')
    .whereRaw('schemaname = current_schema()')
    .whereIn('tablename', ['users', 'users_search', 'credentials'])
    .whereNotIn('indexname', retainedIndexes)
    .select<Index[]>('indexname as name', 'indexdef as definition');
}
