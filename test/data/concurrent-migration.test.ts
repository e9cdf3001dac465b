import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { DatabaseConfig } from '../../src/platform/config/config.ts';
import { migrate, migrationState, rollBackLast } from '../../src/platform/database/migrate.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { sqliteFile } from './databases.ts';
import type { Answer } from './migrator.ts';

const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

async function startMigrator(): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, 'migrator.ts'));
  children.push(child);
  await once(child, 'message');
  return child;
}

async function migrateIn(child: ChildProcess, config: DatabaseConfig): Promise<readonly string[]> {
  const answered = once(child, 'message');
  child.send(config);
  const [{ ran, error }] = (await answered) as [Answer];
  assert.equal(error, undefined);
  return ran;
}

async function isComplete(config: DatabaseConfig): Promise<boolean> {
  const database = openDatabase(config);
  const { done, pending } = await migrationState(database);
  const tables = await Promise.all(
    ['users', 'setup', 'throttles'].map((table) => database.knex.schema.hasTable(table)),
  );
  await database.close();
  return pending === 0 && done >= 7 && tables.every(Boolean);
}

// Limits the disk space: each round creates a new database, which takes 8 MB on PostgreSQL.
const maxDatabases = 100;

/** Migrates a new database in three processes at the same time. Exactly one of them must run all migrations. */
async function migrateConcurrently(fresh: () => Promise<DatabaseConfig>): Promise<void> {
  const processes = await Promise.all([startMigrator(), startMigrator()]);
  for (let round = 0; round < Math.min(rounds, maxDatabases); round++) {
    const config = await fresh();
    const ran = await Promise.all([...processes.map((each) => migrateIn(each, config)), migrate(config)]);
    const done = ran.flat();
    assert.ok(done.length >= 7);
    assert.equal(new Set(done).size, done.length, `round ${round}: ${done.join(' ')}`);
    assert.equal(ran.filter((each) => each.length > 0).length, 1, `round ${round}`);
    assert.ok(await isComplete(config));
  }
}

const isLongRun = rounds > 10;

/** Kills a migrating process after each delay. The next process must find no lock and complete the migration. */
async function killAndMigrateAgain(delaysMs: readonly number[], fresh: () => Promise<DatabaseConfig>): Promise<void> {
  for (const delay of delaysMs) {
    const config = await fresh();
    const victim = await startMigrator();
    victim.send(config);
    await wait(delay);
    const ended = once(victim, 'exit');
    victim.kill('SIGKILL');
    await ended;
    // If a lock remained, this would fail after a minute.
    await migrate(config);
    assert.ok(await isComplete(config));
  }
}

/** Recreates the state that Knex leaves when a process dies during the last migration. */
async function leaveKnexLock(config: DatabaseConfig): Promise<void> {
  await migrate(config);
  const database = openDatabase(config);
  await rollBackLast(database);
  await database.knex('knex_migrations_lock').update({ is_locked: 1 });
  await database.close();
}

describe('concurrent migration on SQLite', () => {
  const fresh = (): Promise<DatabaseConfig> => Promise.resolve(sqliteFile());

  test('one process runs the migrations while the others wait', () => migrateConcurrently(fresh));

  test('a killed process leaves no lock', () =>
    killAndMigrateAgain(isLongRun ? [5, 20, 40, 60, 90, 130] : [20, 60, 130], fresh));

  test('a lock row that Knex left behind does not block the next process', async () => {
    const config = sqliteFile();
    await leaveKnexLock(config);
    assert.equal((await migrate(config)).length, 1);
  });

  test('an up-to-date database is prepared while another process holds the write lock', async () => {
    const config = sqliteFile();
    await migrate(config);
    const portal = openDatabase(config);
    await portal.transaction(async () => {
      assert.deepEqual(await migrate(config), []);
    });
    await portal.close();
  });
});

const first = await postgres({ empty: true });

describe('concurrent migration on PostgreSQL', { skip: skipWithout('postgres', first) }, () => {
  const fresh = async (): Promise<DatabaseConfig> => ({
    kind: 'postgres',
    url: (await postgres({ empty: true }))?.url ?? '',
  });

  test('one process runs the migrations while the others wait', () => migrateConcurrently(fresh));

  test('a killed process leaves no lock', () => killAndMigrateAgain(isLongRun ? [20, 60, 120] : [60], fresh));

  test('a lock row that Knex left behind does not block the next process', async () => {
    const config = await fresh();
    await leaveKnexLock(config);
    assert.equal((await migrate(config)).length, 1);
  });
});
