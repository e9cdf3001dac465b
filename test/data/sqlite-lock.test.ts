import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import { createLimiter } from '../../src/core/accounts/throttles/limiter.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { SqliteLock } from '../../src/platform/database/sqlite-lock.ts';
import { open, sqliteFile } from './databases.ts';

const longWaitMs = 60_000;

async function openedWith({ lockMs }: { lockMs: number }) {
  const config = sqliteFile();
  await open(config);
  const database = openDatabase(config, { statementMs: 0, lockMs });
  after(() => database.close());
  return { config, database };
}

/** Holds the write lock on a separate connection, as another process would. @returns a function that releases it */
function holdLock(file: string): () => void {
  const other = new SqliteFile(file);
  other.exec('begin exclusive');
  return () => {
    other.exec('commit');
    other.close();
  };
}

const rule = { attempts: 1_000, windowMinutes: 10, blockMinutes: 10 };

const writes: Record<string, (database: Database) => Promise<unknown>> = {
  'a transaction': (database) => database.transaction((tx) => tx.knex('setup').delete()),
  'a single statement': (database) => database.knex('setup').delete(),
  'a throttle': (database) => createLimiter(database, 'test', rule).consume('key'),
  'the readiness check': (database) => database.proveWritable(),
};

describe('while another process holds the write lock of a SQLite file', () => {
  for (const [what, write] of Object.entries(writes)) {
    test(`eight writers wait without blocking the process, and finish when the lock is released: ${what}`, async () => {
      const { config, database } = await openedWith({ lockMs: longWaitMs });
      await write(database);
      const release = holdLock(config.file);
      const waiting = Promise.all(Array.from({ length: 8 }, () => write(database)));
      // This process also releases the lock. If waiting blocked the process, the wait would last until its limit and
      // fail.
      for (let turn = 0; turn < 5; turn++) await wait(10);
      release();
      await waiting;
    });

    test(`writers fail as unavailable once the limit has passed, and do not add up their waits: ${what}`, async () => {
      const { config, database } = await openedWith({ lockMs: 200 });
      await write(database);
      const release = holdLock(config.file);
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => write(database)));
      const codes = results.map((each) => (each.status === 'rejected' ? (each.reason as { code?: string }).code : ''));
      assert.deepEqual([...new Set(codes)], ['SQLITE_BUSY']);
      release();
      await write(database);
    });
  }

  test('prepared reads succeed', async () => {
    const { config, database } = await openedWith({ lockMs: longWaitMs });
    const find = database.prepare<{ id: string }>('test.tenants', (knex) => knex('tenants').select('id'));
    const release = holdLock(config.file);
    assert.deepEqual(await find({}), []);
    release();
  });
});

describe('the wait for a lock', () => {
  const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });

  /** Runs a statement that fails with each of these errors and then succeeds. @returns the number of attempts */
  async function attemptsOf(lock: SqliteLock, errors: readonly Error[]): Promise<number> {
    let attempts = 0;
    await lock
      .run(() => {
        const error = errors[attempts++];
        if (error !== undefined) throw error;
      })
      .catch(() => undefined);
    return attempts;
  }

  test('ends when the statement succeeds', async () => {
    assert.equal(await attemptsOf(new SqliteLock(longWaitMs), [busy, busy]), 3);
  });

  for (const code of ['SQLITE_BUSY_SNAPSHOT', 'SQLITE_FULL', 'SQLITE_CONSTRAINT_UNIQUE'])
    test(`does not repeat a statement after ${code}`, async () => {
      assert.equal(await attemptsOf(new SqliteLock(longWaitMs), [Object.assign(new Error('x'), { code })]), 1);
    });

  test('is skipped for the next statements after a timeout, until this process has acquired the lock', async () => {
    const lock = new SqliteLock(50);
    const always = Array.from({ length: 1_000 }, () => busy);
    assert.ok((await attemptsOf(lock, always)) > 1);
    assert.equal(await attemptsOf(lock, always), 1);
    lock.acquired();
    assert.ok((await attemptsOf(lock, always)) > 1);
  });
});

describe('the write-ahead log', () => {
  const limit = 4 * 1024 * 1024;

  /** Writes about ten megabytes while another connection reads an older state. @returns the size of the log in bytes */
  async function growWhileRead(file: string, database: Database): Promise<number> {
    const reader = new SqliteFile(file, { readonly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from tenants').get();
    for (let row = 0; row < 10; row++)
      await database.knex('sessions').insert({ key: String(row), data: 'x'.repeat(1_000_000), expires_at: 0 });
    reader.exec('commit');
    reader.close();
    return statSync(`${file}-wal`).size;
  }

  test('is truncated by the next writes after a long read transaction', async () => {
    const { config, database } = await openedWith({ lockMs: 250 });
    assert.ok((await growWhileRead(config.file, database)) > limit);
    for (let row = 0; row < 3; row++)
      await database
        .knex('sessions')
        .where({ key: String(row) })
        .delete();
    assert.ok(statSync(`${config.file}-wal`).size <= limit);
  });

  test('is emptied by the periodic job if nothing is written', async () => {
    const { config, database } = await openedWith({ lockMs: 250 });
    assert.ok((await growWhileRead(config.file, database)) > limit);
    await database.trimLog();
    assert.equal(statSync(`${config.file}-wal`).size, 0);
  });

  test('does not make the periodic job wait while another process still reads', async () => {
    const { config, database } = await openedWith({ lockMs: longWaitMs });
    const reader = new SqliteFile(config.file, { readonly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from tenants').get();
    await database.knex('setup').delete();
    await database.trimLog();
    reader.exec('commit');
    reader.close();
  });
});

test('opening a database file that does not exist does not create it', async () => {
  const config = sqliteFile();
  const database = openDatabase(config);
  await assert.rejects(async () => database.ping(), { code: 'SQLITE_CANTOPEN' });
  await database.close();
  assert.equal(existsSync(config.file), false);
  await migrate(config);
  assert.equal(existsSync(config.file), true);
});
