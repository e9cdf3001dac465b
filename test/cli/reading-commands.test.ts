import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Command } from 'commander';
import { applyClasses, commandClasses, keyGeneratingCommands } from '../../src/cli/command-classes.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { everyCommand } from '../contract/commands.ts';
import { assertNone } from '../support/assert-none.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { dataDirectory, json, run } from './command.ts';
import { snapshotOf, snapshotOfFolder } from './database-snapshot.ts';

const reading = Object.keys(commandClasses).filter((name) => commandClasses[name] === 'reads');
/** The arguments of the commands that read the database; TENANT is replaced by the ID of a tenant. */
const databaseReaders: Readonly<Record<string, readonly string[]>> = {
  status: [],
  'tenant list': [],
  'tenant receipt': ['TENANT'],
  'tenant cancellation': ['TENANT'],
  'tenant moves': [],
  'user list': ['--tenant', 'TENANT'],
  'operator list': [],
  'route list': [],
  'activity verify': [],
};
/** Reading commands that do not need a schema. */
const others: Readonly<Record<string, readonly string[]>> = {
  check: [],
  'rules check': ['rules/germany.json'],
};
interface Region extends Record<string, string> {
  readonly DATA_DIR: string;
}

const secrets = { SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: 'k'.repeat(32) };

test('every command has a class, and every class entry names an existing command', () => {
  assert.deepEqual(Object.keys(commandClasses).sort(), [...everyCommand().keys()].sort());
});

test('a command without a class is rejected', () => {
  const program = new Command('parvis');
  program.command('tenant').command('erase');
  assert.throws(() => applyClasses(program), /"tenant erase" has no class/);
});

test('every reading command is tested here', () => {
  const tested = [...Object.keys(databaseReaders), ...Object.keys(others)];
  assertNone(reading.filter((name) => !tested.includes(name)));
  assertNone(tested.filter((name) => !reading.includes(name)));
});

for (const dialect of ['SQLite', 'PostgreSQL'] as const) {
  const server = await postgres({ empty: true });
  const skip = dialect === 'SQLite' ? false : skipWithout('postgres', server);
  /** @returns the environment of a region with a new, empty database */
  async function emptyRegion(): Promise<Region> {
    if (dialect === 'SQLite') return { DATA_DIR: dataDirectory() };
    return { DATA_DIR: dataDirectory(), ...secrets, DATABASE_URL: (await postgres({ empty: true }))?.url ?? '' };
  }
  const addTenant = async (environment: Record<string, string>): Promise<string> => {
    const names = ['--name', 'Kiesel', '--domain', 'kiesel.example', '--language', 'de'];
    const admin = ['--admin-name', 'Ada', '--admin-username', 'ada@kiesel.example'];
    return (await json<{ tenantId: string }>(['tenant', 'add', ...names, ...admin], environment)).tenantId;
  };
  const argsOf = (name: string, tenantId: string): string[] => [
    ...name.split(' '),
    ...((databaseReaders[name] ?? others[name])?.map((arg) => arg.replace('TENANT', tenantId)) ?? []),
  ];

  describe(`reading commands on ${dialect}`, { skip }, () => {
    if (skip !== false) return;

    test('reject an empty database, name "migrate" and create nothing', async () => {
      const environment = await emptyRegion();
      const before = await snapshotOf(environment);
      for (const name of Object.keys(databaseReaders)) {
        const { code, stdout, stderr } = await run(argsOf(name, 'x'), environment);
        const message = 'The database is empty; run "npx parvis migrate". Nothing was changed.\n';
        assert.deepEqual([code, stdout, stderr], [1, '', message], name);
        assert.deepEqual(await snapshotOf(environment), before, name);
      }
    });

    test('reject a database with pending migrations, name "migrate" and change nothing', async () => {
      const environment = await emptyRegion();
      const tenantId = await addTenant(environment);
      const file = path.join(environment.DATA_DIR, 'parvis.sqlite');
      const { DATABASE_URL } = environment;
      const database = openDatabase(
        DATABASE_URL === undefined ? { kind: 'sqlite', file } : { kind: 'postgres', url: DATABASE_URL },
      );
      // Simulate a version with one more migration than the one that created the database.
      await database.knex('knex_migrations').where('name', 'like', '%_create_deployment').delete();
      await database.close();
      const before = await snapshotOf(environment);
      for (const name of Object.keys(databaseReaders)) {
        const { code, stdout, stderr } = await run([...argsOf(name, tenantId), '--json'], environment);
        const message = '1 migration is pending; run "npx parvis migrate". Nothing was changed.';
        assert.deepEqual(
          [code, JSON.parse(stdout), stderr],
          [1, { ok: false, faults: [message] }, `${message}\n`],
          name,
        );
        assert.deepEqual(await snapshotOf(environment), before, name);
      }
    });

    test('change nothing in an up-to-date database, apart from keys that are generated on first use', async () => {
      const environment = await emptyRegion();
      const tenantId = await addTenant(environment);
      for (const name of reading) {
        const before = await snapshotOf(environment);
        const { code, stderr } = await run(argsOf(name, tenantId), environment);
        // The tenant has never been moved, so it has neither a receipt nor a cancellation.
        const hasNoStatement = ['tenant receipt', 'tenant cancellation'].includes(name);
        assert.deepEqual([code, stderr !== ''], hasNoStatement ? [1, true] : [0, false], `${name}: ${stderr}`);
        if (!keyGeneratingCommands.includes(name)) assert.deepEqual(await snapshotOf(environment), before, name);
      }
      const keys = ['data', 'data/region.json'];
      const files = Object.keys(snapshotOfFolder(path.dirname(environment.DATA_DIR)) ?? {});
      assert.deepEqual(
        files.filter((name) => !name.includes('sqlite')),
        keys,
      );
    });

    test('check changes nothing on an empty database, and creates no folder', async () => {
      const environment = await emptyRegion();
      const before = await snapshotOf(environment);
      assert.deepEqual(await json(['check'], environment), { ok: true, faults: [] });
      assert.deepEqual(await snapshotOf(environment), before);
    });
  });
}

test('check does not create the folder of a database', async () => {
  const environment = { DATA_DIR: dataDirectory(), ...secrets };
  const folder = path.dirname(environment.DATA_DIR);
  const DATABASE_URL = `sqlite:${path.join(folder, 'not/here/parvis.sqlite')}`;
  assert.deepEqual(await json(['check'], { ...environment, DATABASE_URL }), { ok: true, faults: [] });
  assert.deepEqual(snapshotOfFolder(folder), {});
});
