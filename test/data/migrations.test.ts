import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { schemaFile, schemaText } from '../../scripts/database-schema.ts';
import { migrate, migrationState, rollBackEverything } from '../../src/platform/database/migrate.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { createSqliteFile } from '../../src/platform/database/sqlite.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const server = await postgres({ empty: true });
const databases = eachDialect(server);

test('migrations/schema.txt is up to date with the migrations (`npm run schema` regenerates it)', async () => {
  assert.equal(await schemaText(), readFileSync(schemaFile, 'utf8'));
});

for (const { dialect, config, skip } of databases) {
  describe(`migrations on ${dialect}`, { skip }, () => {
    test('are counted in an empty database without creating a table', async () => {
      if (config.kind === 'sqlite') createSqliteFile(config.file);
      const database = openDatabase(config);
      const { done, pending } = await migrationState(database);
      assert.deepEqual([done, pending >= 7], [0, true]);
      for (const table of ['knex_migrations', 'knex_migrations_lock'])
        assert.equal(await database.knex.schema.hasTable(table), false, table);
      await database.close();
    });

    test('run only once each', async () => {
      const ran = await migrate(config);
      assert.ok(ran.length >= 7);
      assert.deepEqual([...ran].sort(), ran);
      assert.deepEqual(await migrate(config), []);
    });

    test('report how many are done and pending', async () => {
      const database = openDatabase(config);
      const { done, pending } = await migrationState(database);
      assert.ok(done >= 7);
      assert.equal(pending, 0);
      await database.close();
    });

    test('can be rolled back with existing rows and run again', async () => {
      const { database } = await open(config);
      const scope = await newTenant(database);
      const user = newUser();
      await usersStore.insert(database, scope, user);
      await activityStore.record(database, scope, { kind: 'user.added' }, user.id, 0);
      await sessionsStore.open(database, { id: 's', userId: user.id, address: null, device: '', method: 'pwd', at: 0 });
      await rollBackEverything(database);
      assert.equal((await migrationState(database)).done, 0);
      assert.equal(await database.knex.schema.hasTable('users'), false);
      assert.ok((await migrate(config)).length >= 7);
      assert.equal(await tenantsStore.isEmpty(database), true);
      await newTenant(database);
    });

    test('keep foreign keys enforced', async () => {
      const { database } = await open(config);
      const scope = await newTenant(database);
      const lost = { ...scope, tenant: { ...scope.tenant, id: 'nobody' } };
      await assert.rejects(usersStore.insert(database, lost, newUser()));
      await assert.rejects(
        sessionsStore.open(database, { id: 'x', userId: 'nobody', address: null, device: '', method: 'pwd', at: 0 }),
      );
    });
  });
}

interface Column {
  readonly table: string;
  readonly column: string;
  readonly required: boolean;
}

test('both databases have the same tables and columns', { skip: skipWithout('postgres', server) }, async () => {
  const [sqlite, other] = await Promise.all(databases.map(({ config }) => open(config)));
  const fromSqlite: unknown = await sqlite!.database.knex.raw(
    `select tables.name as "table", columns.name as "column", columns."notnull" or columns.pk as required
     from sqlite_master tables, pragma_table_info(tables.name) columns where tables.type = 'table'`,
  );
  const fromPostgres: unknown = await other!.database.knex.raw(
    `select table_name as "table", column_name as "column", is_nullable = 'NO' as required
     from information_schema.columns where table_schema = 'public'`,
  );
  const listed = (rows: unknown): string[] =>
    (rows as Column[])
      // The search index is different in each database.
      .filter(({ table }) => !/^(knex|sqlite|users_search)/.test(table))
      .map(({ table, column, required }) => `${table}.${column}${required ? ' required' : ''}`)
      .sort();
  const columns = listed(fromSqlite);
  assert.ok(columns.includes('credentials.secret required'));
  assert.deepEqual(listed((fromPostgres as { rows: unknown }).rows), columns);
});
