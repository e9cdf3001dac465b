import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { DatabaseConfig } from '../../src/platform/config/config.ts';
import { builtInRulesFile, readRules } from '../../src/platform/config/rules.ts';
import { findBinding } from '../../src/platform/database/deployment.ts';
import { prepareDatabase } from '../../src/platform/database/migrate.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { UnknownMigrations } from '../../src/platform/database/schema-state.ts';
import { createSqliteFile } from '../../src/platform/database/sqlite.ts';
import { RegionMismatch } from '../../src/platform/region-identity.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { sqliteFile, worldwide } from './databases.ts';
import type { Answer } from './migrator.ts';

const germany = readRules(builtInRulesFile('germany')!).rules!;
const children: ReturnType<typeof fork>[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

async function boundRegionOf(config: DatabaseConfig): Promise<string | null> {
  const database = openDatabase(config);
  const region = (await findBinding(database))?.region ?? null;
  await database.close();
  return region;
}

async function withKnex<T>(
  config: DatabaseConfig,
  work: (knex: ReturnType<typeof openDatabase>['knex']) => Promise<T>,
): Promise<T> {
  const database = openDatabase(config);
  try {
    return await work(database.knex);
  } finally {
    await database.close();
  }
}

async function startMigrator() {
  const child = fork(path.join(import.meta.dirname, 'migrator.ts'));
  children.push(child);
  await once(child, 'message');
  return async (config: DatabaseConfig, region: string): Promise<Answer> => {
    const answered = once(child, 'message');
    child.send({ ...config, region });
    return ((await answered) as [Answer])[0];
  };
}

// Limits the disk space: each round creates a new database, which takes 8 MB on PostgreSQL.
const maxDatabases = 100;

function testRegionBinding(fresh: () => Promise<DatabaseConfig>): void {
  test('is set by the first process and never changes', async () => {
    const database = await fresh();
    assert.equal(await boundRegionOf(database), null);
    assert.ok((await prepareDatabase({ database, rules: germany })).migrations.length > 7);
    assert.equal(await boundRegionOf(database), 'germany');
    assert.deepEqual((await prepareDatabase({ database, rules: germany })).migrations, []);
    await assert.rejects(prepareDatabase({ database, rules: worldwide }), RegionMismatch);
    assert.equal(await boundRegionOf(database), 'germany');
  });

  test('is not sufficient: migrations from another history are rejected without changes', async () => {
    const database = await fresh();
    await prepareDatabase({ database, rules: germany });
    await withKnex(database, (knex) => knex('knex_migrations').insert({ name: '20261123000000_from_the_preview' }));
    await assert.rejects(prepareDatabase({ database, rules: germany }), (error: Error) => {
      assert.ok(error instanceof UnknownMigrations);
      return error.message.includes('20261123000000_from_the_preview');
    });
    assert.equal(await boundRegionOf(database), 'germany');
  });

  test('is compared before the schema is migrated', async () => {
    const database = await fresh();
    await withKnex(database, async (knex) => {
      await knex.schema.createTable('deployment', (table) => {
        table.integer('id').primary();
        table.text('region').notNullable();
      });
      await knex('deployment').insert({ id: 1, region: 'germany' });
    });
    await assert.rejects(prepareDatabase({ database, rules: worldwide }), RegionMismatch);
    await withKnex(database, async (knex) => {
      for (const table of ['tenants', 'knex_migrations', 'knex_migrations_lock'])
        assert.equal(await knex.schema.hasTable(table), false, table);
    });
  });

  test('is compared by region ID only, regardless of the other rules', async () => {
    const database = await fresh();
    await prepareDatabase({ database, rules: germany });
    const edited = { ...germany, edition: 'other', defaultLanguage: 'en' } as const;
    assert.deepEqual((await prepareDatabase({ database, rules: edited })).migrations, []);
  });

  test('is claimed by exactly one of two regions that start at the same time', async () => {
    const processes = await Promise.all([startMigrator(), startMigrator()]);
    for (let round = 0; round < Math.min(rounds, maxDatabases); round++) {
      const database = await fresh();
      const regions = round % 2 === 0 ? ['worldwide', 'germany'] : ['germany', 'worldwide'];
      const answers = await Promise.all(processes.map((prepare, index) => prepare(database, regions[index] ?? '')));
      const [winner, ...more] = answers.flatMap(({ ran }, index) => (ran.length > 0 ? [regions[index]] : []));
      assert.deepEqual([more.length, await boundRegionOf(database)], [0, winner]);
      const refused = answers.flatMap(({ error }) => error ?? []);
      const loser = regions.find((region) => region !== winner) ?? '';
      assert.deepEqual(refused, [String(new RegionMismatch(winner ?? '', loser))]);
    }
  });
}

describe('the region of a database, on SQLite', () =>
  testRegionBinding(() => {
    const { file } = sqliteFile();
    createSqliteFile(file);
    return Promise.resolve({ kind: 'sqlite', file });
  }));

const server = await postgres({ empty: true });
describe('the region of a database, on PostgreSQL', { skip: skipWithout('postgres', server) }, () =>
  testRegionBinding(async () => ({ kind: 'postgres', url: (await postgres({ empty: true }))?.url ?? '' })),
);
