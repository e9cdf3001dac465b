import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { DatabaseConfig } from '../../src/platform/config/config.ts';
import { freePort } from '../../tools/prove/free-port.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { eachDialect } from '../data/databases.ts';
import { assertNone } from '../support/assert-none.ts';
import { postgres } from '../support/services.ts';
import { dataDirectory, fault, json, run, serve, type Environment } from './command.ts';

const fileName = 'no-file';

/** Every command that opens the database, with syntactically valid arguments. */
const commands: Readonly<Record<string, readonly string[]>> = {
  serve: [],
  migrate: [],
  status: [],
  'tenant add': [
    ...['--name', 'A', '--domain', 'a.example', '--language', 'en'],
    ...['--admin-name', 'Ada', '--admin-username', 'ada@a.example'],
  ],
  'tenant list': [],
  'tenant move-out': ['x', '--to', 'germany', '--recipient', 'age1x', '--passwords', 'keep', '--file', fileName],
  'tenant move-in': [fileName],
  'tenant receipt': ['x'],
  'tenant move-done': ['x', '--receipt', fileName],
  'tenant moves': [],
  'tenant move-cancel': ['x'],
  'tenant move-refuse': [fileName],
  'tenant cancellation': ['x'],
  'tenant move-undo': ['x', '--cancellation', fileName],
  'tenant unlist': ['x'],
  'tenant publish': ['x'],
  'tenant suspend': ['x'],
  'tenant resume': ['x'],
  'user add': ['--tenant', 'x', '--username', 'ada@a.example', '--name', 'Ada'],
  'user reset-password': ['ada@a.example'],
  'user remove-second-factor': ['ada@a.example'],
  'user make-global-admin': ['ada@a.example', '--reason', 'x'],
  'user list': ['--tenant', 'x'],
  'operator add': ['--name', 'Ada', '--username', 'ada@operator.example'],
  'operator list': [],
  'operator block': ['ada@operator.example'],
  'operator unblock': ['ada@operator.example'],
  'operator delete': ['ada@operator.example'],
  'operator reset-password': ['ada@operator.example'],
  'route add': ['a.example', 'germany'],
  'route list': [],
  'route remove': ['a.example'],
  'route export': [],
  'route key': [],
  'route import': [fileName],
  'activity verify': [],
  'activity export': ['--tenant', 'x'],
  purge: [],
  'region key': [],
  'passwords import': [fileName],
};
/** All commands share the same check, so a few are enough on the second database. */
const onPostgres = ['serve', 'migrate', 'tenant list', 'tenant move-in', 'route add', 'activity verify'];
/** `check` reports the mismatch as a fault; the other commands open no existing database. */
const others = ['check', 'demo', 'rules check', 'region prove'];

async function listedIn(group: readonly string[]): Promise<string[]> {
  const { stdout } = await run([...group, '--help'], {});
  const [, list = ''] = stdout.split('Commands:\n');
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
}

async function allCommands(): Promise<string[]> {
  const top = await listedIn([]);
  const nested = await Promise.all(
    top.map(async (group) => (await listedIn([group])).map((name) => `${group} ${name}`)),
  );
  return nested.flatMap((names, index) => (names.length > 0 ? names : [top[index] ?? '']));
}

test('every command that opens a database is tested with the database of another region', async () => {
  const all = await allCommands();
  assertNone(all.filter((command) => !(command in commands) && !others.includes(command)));
  assertNone([...Object.keys(commands), ...others].filter((command) => !all.includes(command)));
});

/** @returns every row of every table as JSON */
async function dumpDatabase(config: DatabaseConfig): Promise<string> {
  const database = openDatabase(config);
  const { knex } = database;
  const names: string[] =
    config.kind === 'sqlite'
      ? (await knex('sqlite_master').where({ type: 'table' }).select<{ name: string }[]>('name')).map(
          ({ name }) => name,
        )
      : (
          await knex('information_schema.tables')
            .where({ table_schema: 'public' })
            .select<{ table_name: string }[]>('table_name')
        ).map(({ table_name }) => table_name);
  const rows: unknown[] = [];
  for (const name of names.sort()) rows.push([name, await knex(name).select()]);
  await database.close();
  return JSON.stringify(rows);
}

const secrets = 'canary-'.repeat(6);

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  const DATABASE_URL = config.kind === 'sqlite' ? `sqlite:${config.file}` : config.url;
  const common = { DATABASE_URL, SESSION_SECRETS: secrets, SECOND_FACTOR_KEYS: secrets, LOG_LEVEL: 'silent' };
  const germany = { ...common, REGION: 'germany', DATA_DIR: dataDirectory() };
  const worldwide = { ...common, REGION: 'worldwide', DATA_DIR: dataDirectory() };
  const message = 'This database belongs to the region germany, but REGION is worldwide. Nothing was changed.';

  describe(`a database of another region, on ${dialect}`, { skip, concurrency: false }, () => {
    const admin = ['--admin-name', 'Max Muster', '--admin-username', 'max@muster.example'];
    const company = ['--name', 'Muster GmbH', '--domain', 'muster.example', '--language', 'de'];
    test('accepts commands of the region that it belongs to', () =>
      json(['tenant', 'add', ...company, ...admin], germany));

    const testedCommands = Object.entries(commands).filter(
      ([name]) => config.kind === 'sqlite' || onPostgres.includes(name),
    );
    for (const [command, args] of testedCommands) {
      test(`is rejected by ${command}, which changes nothing`, { timeout: 20_000 }, async () => {
        const before = await dumpDatabase(config);
        const port = String(await freePort());
        const line = [...command.split(' '), ...args];
        const printed = await fault(line, { ...worldwide, PORT: port });
        // The server reports a fault as a line of its log.
        const says = command === 'serve' ? (JSON.parse(printed) as { msg: string }).msg : printed;
        assert.equal(says, command === 'serve' ? `Parvis cannot start. DATABASE_URL: ${message}` : message);
        assert.equal(await dumpDatabase(config), before);
        assertNone(filesIn(worldwide));
      });
    }

    test('is rejected with a JSON object if --json is given', async () => {
      const { code, stdout } = await run(['tenant', 'list', '--json'], worldwide);
      assert.deepEqual([code, JSON.parse(stdout)], [1, { ok: false, faults: [message] }]);
    });

    test('is the only fault that the check command reports', async () => {
      const before = await dumpDatabase(config);
      const said = 'DATABASE_URL: this database belongs to the region germany, but REGION is worldwide';
      // The second factors cannot be decrypted with this key either, but reporting that would be misleading.
      const { code, stdout } = await run(['check', '--json'], { ...worldwide, SECOND_FACTOR_KEYS: 'other-'.repeat(6) });
      assert.deepEqual([code, JSON.parse(stdout)], [1, { ok: false, faults: [said] }]);
      assert.equal(await dumpDatabase(config), before);
    });

    test('still works for its own region, even with a different rules file for that region', async () => {
      assert.deepEqual(await json(['check'], germany), { ok: true, faults: [] });
      const historical = { ...germany, REGION_RULES: 'rules/germany-historical.json' };
      const { tenants } = await json<{ tenants: unknown[] }>(['tenant', 'list'], historical);
      assert.equal(tenants.length, 1);
      // The check at startup is the same for both databases, so testing one is enough.
      if (config.kind !== 'sqlite') return;
      const { child, ended, origin } = await serve(germany);
      assert.equal((await fetch(`${origin}/readyz`)).status, 200);
      child.kill('SIGTERM');
      assert.equal(await ended, 0);
    });
  });
}

function filesIn({ DATA_DIR = '' }: Environment): string[] {
  try {
    return readdirSync(DATA_DIR);
  } catch {
    return [];
  }
}
