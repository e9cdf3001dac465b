import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import type { Database } from '../../src/platform/database/database.ts';
import { migrate, migrationLockOf } from '../../src/platform/database/migrate.ts';
import { openDatabase, serverTimeouts } from '../../src/platform/database/open.ts';
import { findStoreFault } from '../../src/platform/database/unavailable.ts';
import { open, sqliteFile } from './databases.ts';

async function opened() {
  const config = sqliteFile();
  await open(config);
  const faults: Error[] = [];
  const database = openDatabase(config, serverTimeouts, (fault) => faults.push(fault));
  after(() => database.close());
  await database
    .knex('deployment')
    .insert({ id: 1, region: 'worldwide', fingerprint: 'none' })
    .onConflict('id')
    .ignore();
  await read(database);
  return { file: config.file, database, faults };
}

const read = (database: Database): Promise<unknown[]> =>
  database.prepare('test.deployment', (knex) => knex('deployment').select('region'))({});

const uses: Record<string, (database: Database) => Promise<unknown>> = {
  'a transaction': (database) => database.transaction((tx) => tx.knex('setup').delete()),
  'a statement that writes': (database) => database.knex('setup').delete(),
  'a query of Knex': (database) => database.knex('deployment').select(),
  'the readiness check': (database) => database.proveWritable(),
};

const losses: Record<string, (file: string) => void> = {
  'was deleted': (file) => rmSync(file),
  'was deleted with its log': (file) => [file, `${file}-wal`, `${file}-shm`].forEach((each) => rmSync(each)),
  'lost its log': (file) => rmSync(`${file}-wal`),
  'was moved away': (file) => renameSync(file, `${file}.old`),
  'was replaced by a copy': (file) => {
    copyFileSync(file, `${file}.copy`);
    renameSync(`${file}.copy`, file);
  },
  'was replaced by an empty file': (file) => {
    rmSync(file);
    writeFileSync(file, '');
  },
};

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await condition()); asked++) {
    assert.ok(asked < 500);
    await wait(20);
  }
}

for (const [loss, lose] of Object.entries(losses)) {
  describe(`after the database file ${loss}`, () => {
    for (const [use, run] of Object.entries(uses)) {
      test(`${use} fails immediately`, async () => {
        const { file, database, faults } = await opened();
        lose(file);
        const error: unknown = await run(database).catch((error: unknown) => error);
        assert.equal(findStoreFault(error)?.code, 'SQLITE_FILE_LOST');
        await assert.rejects(run(database));
        assert.equal(faults.length, 1);
        assert.match(faults[0]?.message ?? '', /parvis\.sqlite(-wal)? was deleted or replaced/);
      });
    }

    test('a transaction that is being committed is not acknowledged', async () => {
      const { file, database } = await opened();
      const work = database.transaction(async (tx) => {
        await tx.knex('setup').delete();
        lose(file);
      });
      await assert.rejects(work, { code: 'SQLITE_FILE_LOST' });
    });

    test('prepared reads soon fail even without a write, and the fault is reported', async () => {
      const { file, database, faults } = await opened();
      lose(file);
      await until(() => faults.length === 1);
      await assert.rejects(read(database), { code: 'SQLITE_FILE_LOST' });
    });
  });
}

test('a file that is moved back is used again', async () => {
  const { file, database } = await opened();
  renameSync(file, `${file}.old`);
  await assert.rejects(database.proveWritable());
  renameSync(`${file}.old`, file);
  await database.proveWritable();
  assert.equal((await read(database)).length, 1);
});

test('use of the file by other connections is not reported as a loss', async () => {
  const { file, database, faults } = await opened();
  for (let each = 0; each < 3; each++) {
    const other = openDatabase({ kind: 'sqlite', file });
    await other.knex('setup').delete();
    await other.knex.raw('vacuum');
    await other.close();
  }
  await database.proveWritable();
  assert.deepEqual(faults, []);
});

const damages: Record<string, (file: string) => void> = {
  'overwritten from its beginning': (file) => overwrite(file, 0),
  'overwritten after its first page': (file) => overwrite(file, pageBytes),
  'damaged in one table': (file) => {
    const connection = new SqliteFile(file, { readonly: true });
    const page = connection.prepare("select rootpage from sqlite_master where name = 'users'").pluck().get() as number;
    connection.close();
    overwrite(file, (page - 1) * pageBytes, pageBytes);
  },
  truncated: (file) => truncateSync(file, pageBytes),
};

const pageBytes = 4_096;

function overwrite(file: string, from: number, bytes = 1_000_000): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(bytes, 0xa5), 0, bytes, from);
  closeSync(handle);
}

for (const [damage, inflict] of Object.entries(damages)) {
  test(`a file that is ${damage} makes queries fail as unavailable and readiness checks fail`, async () => {
    const { file, database, faults } = await opened();
    await database.knex.raw('pragma wal_checkpoint(truncate)');
    inflict(file);
    // SQLite has some pages in its cache, so not every query fails.
    const tables = ['users', 'activity', 'tenants', 'imports', 'deliveries', 'approvals', 'throttles'];
    const results = await Promise.allSettled(tables.map((table) => database.knex(table).select().limit(1)));
    const errors = results.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    assert.ok(errors.length > 0);
    for (const error of errors) assert.equal(findStoreFault(error)?.store, 'SQLite');
    await assert.rejects(database.proveWritable());
    assert.ok(faults.length <= 1);
  });
}

test('the files of a database are readable by their owner only', async () => {
  const config = sqliteFile();
  await migrate(config);
  for (const file of [config.file, migrationLockOf(config.file)]) assert.equal(statSync(file).mode & 0o077, 0, file);
});
