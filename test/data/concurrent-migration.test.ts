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

// Each round takes a database of its own, of 8 MB on PostgreSQL.
const maxDatabases = 100;

/** Two processes and this one, which is told nothing else, meet at a new database: one of them does all the work. */
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

/** A process is killed at another moment of its work each time; whoever comes next finds no lock and completes it. */
async function killAndMigrateAgain(delaysMs: readonly number[], fresh: () => Promise<DatabaseConfig>): Promise<void> {
  for (const delay of delaysMs) {
    const config = await fresh();
    const victim = await startMigrator();
    victim.send(config);
    await wait(delay);
    const ended = once(victim, 'exit');
    victim.kill('SIGKILL');
    await ended;
    // With a lock left behind, this would fail after a minute.
    await migrate(config);
    assert.ok(await isComplete(config));
  }
}

/** What Knex leaves behind when a process dies in the last migration. */
async function leaveKnexLock(config: DatabaseConfig): Promise<void> {
  await migrate(config);
  const database = openDatabase(config);
  await rollBackLast(database);
  await database.knex('knex_migrations_lock').update({ is_locked: 1 });
  await database.close();
}

describe('processes that migrate together on SQLite', () => {
  const fresh = (): Promise<DatabaseConfig> => Promise.resolve(sqliteFile());

  test('exactly one runs the migrations, the others wait', () => migrateConcurrently(fresh));

  test('one that is killed leaves no lock', () => killAndMigrateAgain([5, 20, 40, 60, 90, 130], fresh));

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

describe('processes that migrate together on PostgreSQL', { skip: skipWithout('postgres', first) }, () => {
  const fresh = async (): Promise<DatabaseConfig> => ({
    kind: 'postgres',
    url: (await postgres({ empty: true }))?.url ?? '',
  });

  test('exactly one runs the migrations, the others wait', () => migrateConcurrently(fresh));

  test('one that is killed leaves no lock', () => killAndMigrateAgain([20, 60, 120], fresh));

  test('a lock row that Knex left behind does not block the next process', async () => {
    const config = await fresh();
    await leaveKnexLock(config);
    assert.equal((await migrate(config)).length, 1);
  });
});
