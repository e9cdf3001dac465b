import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { eachDialect } from '../data/databases.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import { assertDatabaseNotMissing } from '../../src/platform/database/missing-database.ts';
import { RegionMismatch } from '../../src/platform/region-identity.ts';
import { freePort } from '../../tools/prove/free-port.ts';
import { rounds } from '../support/rounds.ts';
import { postgres } from '../support/services.ts';
import { dataDirectory, fault, json, run, runProcess } from './command.ts';
import { snapshotOf, snapshotOfFolder } from './database-snapshot.ts';

const secrets = { SESSION_SECRETS: 'canary-'.repeat(6), SECOND_FACTOR_KEYS: 'canary-'.repeat(6), LOG_LEVEL: 'warn' };

/** Commands that create or migrate a database, only read it, add to it, or use only the keys of a region. */
const commands = [['migrate'], ['tenant', 'list'], ['route', 'add', 'a.example', 'worldwide'], ['region', 'key']];

// Without a time limit, the test would never end if a server started in spite of the fault.
const limit = { timeout: 20_000 };

const markerOf = (folder: string): string => path.join(folder, 'region.json');

/** @returns a data directory that the first start of a region on its own SQLite database has marked */
async function directoryOf(region: string): Promise<string> {
  const DATA_DIR = dataDirectory();
  await json(['migrate'], { ...secrets, DATA_DIR, REGION: region });
  for (const file of ['parvis.sqlite', 'parvis.sqlite.migrating', 'parvis.sqlite-wal', 'parvis.sqlite-shm'])
    rmSync(path.join(DATA_DIR, file), { force: true });
  return DATA_DIR;
}

function directoryWith(marker: string): string {
  const folder = dataDirectory();
  mkdirSync(folder);
  writeFileSync(markerOf(folder), marker);
  return folder;
}

interface RefusedCase {
  readonly what: string;
  readonly directory: () => Promise<string>;
  readonly message: RegExp;
}

const damaged = /region\.json is damaged, so it is unknown which region the directory belongs to\./;

const refused: readonly RefusedCase[] = [
  {
    what: 'of another region',
    directory: () => directoryOf('germany'),
    message:
      /^The directory \S+ of DATA_DIR belongs to the region germany, but REGION is worldwide\. Nothing was changed\.$/,
  },
  {
    what: 'of another installation of the same region',
    directory: () => directoryOf('worldwide'),
    message:
      /^The directory \S+ of DATA_DIR belongs to another installation of the region worldwide: its fingerprint is [0-9a-f-]{39}, that of the database is [0-9a-f-]{39}\. If the keys in it belong to this database, delete region\.json in it\. Nothing was changed\.$/,
  },
  { what: 'with an empty marker', directory: () => Promise.resolve(directoryWith('')), message: damaged },
  {
    what: 'with a truncated marker',
    directory: () => Promise.resolve(directoryWith('{"region":"world')),
    message: damaged,
  },
  {
    what: 'with a marker without a fingerprint',
    directory: () => Promise.resolve(directoryWith('{"region":"worldwide"}')),
    message: damaged,
  },
];

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  const DATABASE_URL = config.kind === 'sqlite' ? `sqlite:${config.file}` : config.url;
  const environment = { ...secrets, DATABASE_URL, DATA_DIR: dataDirectory() };

  describe(`the data directory, with a database on ${dialect}`, { skip, concurrency: false }, () => {
    test('is marked with the region and fingerprint of the database by the first command that writes', async () => {
      await json(['migrate'], environment);
      const marker = JSON.parse(readFileSync(markerOf(environment.DATA_DIR), 'utf8')) as Record<string, string>;
      assert.equal(marker.region, 'worldwide');
      assert.match(marker.fingerprint ?? '', /^[0-9a-f]{4}(-[0-9a-f]{4}){7}$/);
      assert.deepEqual(await json(['check'], environment), { ok: true, faults: [] });
    });

    for (const { what, directory, message } of refused) {
      test(`${what} is rejected by every command and reported by check, without any change`, async () => {
        const wrong = { ...environment, DATA_DIR: await directory() };
        const [before, files] = [await snapshotOf(environment), snapshotOfFolder(wrong.DATA_DIR)];
        for (const command of commands) assert.match(await fault(command, wrong), message, command.join(' '));
        const { code, stdout } = await run(['check', '--json'], wrong);
        const { faults } = JSON.parse(stdout) as { faults: string[] };
        assert.deepEqual([code, faults.length], [1, 1], stdout);
        assert.match(faults[0] ?? '', /^DATA_DIR: .*(belongs to|is damaged)/);
        assert.deepEqual([await snapshotOf(environment), snapshotOfFolder(wrong.DATA_DIR)], [before, files]);
      });
    }

    test('of another region stops the start of a server, whose log names the setting and the file', limit, async () => {
      const DATA_DIR = await directoryOf('germany');
      const { code, stderr } = await run(['serve'], { ...environment, DATA_DIR, PORT: '1' });
      const { setting, file, msg } = JSON.parse(stderr) as Record<string, string>;
      assert.deepEqual([code, setting, file], [1, 'DATA_DIR', markerOf(DATA_DIR)]);
      assert.match(
        msg ?? '',
        /^Parvis cannot start\. DATA_DIR: The directory \S+ of DATA_DIR belongs to the region germany/,
      );
    });

    test('can be copied to another machine of the same installation', async () => {
      const copy = dataDirectory();
      cpSync(environment.DATA_DIR, copy, { recursive: true });
      await json(['migrate'], { ...environment, DATA_DIR: copy });
      await json(['region', 'key'], { ...environment, DATA_DIR: copy });
    });

    test('is not marked by commands that only read', async () => {
      const DATA_DIR = dataDirectory();
      await json(['tenant', 'list'], { ...environment, DATA_DIR });
      assert.deepEqual(await json(['check'], { ...environment, DATA_DIR }), { ok: true, faults: [] });
      assert.equal(existsSync(DATA_DIR), false);
    });

    test('may be unwritable if nothing has to be stored in it, which logs a warning', async () => {
      const file = path.join(dataDirectory(), '../file');
      writeFileSync(file, '');
      const PORT = String(await freePort());
      const { code, stderr } = await run(['serve'], { ...environment, DATA_DIR: path.join(file, 'data'), PORT });
      assert.equal(code, 0, stderr);
      const warned = stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { setting?: string; msg: string });
      assert.deepEqual(
        warned.map(({ setting }) => setting),
        ['DATA_DIR'],
      );
      assert.match(warned[0]?.msg ?? '', /^DATA_DIR accepts no files, so it cannot be marked with its region/);
    });
  });
}

test('a new database adopts the fingerprint of a data directory that is already marked', async () => {
  const environment = { ...secrets, DATA_DIR: dataDirectory() };
  await json(['migrate'], environment);
  const marker = readFileSync(markerOf(environment.DATA_DIR), 'utf8');
  const other = { ...environment, DATABASE_URL: `sqlite:${path.join(dataDirectory(), 'parvis.sqlite')}` };
  await json(['migrate', '--new-database'], other);
  assert.deepEqual(await json(['check'], other), { ok: true, faults: [] });
  assert.deepEqual(await json(['check'], environment), { ok: true, faults: [] });
  assert.equal(readFileSync(markerOf(environment.DATA_DIR), 'utf8'), marker);
});

test('a directory that another region marks during startup is reported as a mismatch, not as a missing database', async () => {
  const DATA_DIR = await directoryOf('germany');
  // The region was checked before the other one marked the directory.
  const { config } = readConfig({ ...secrets, DATA_DIR, REGION: 'worldwide' });
  assert.throws(() => assertDatabaseNotMissing(config!), RegionMismatch);
});

test('one of two regions that start at the same time on one data directory is refused', async () => {
  for (let round = 0; round < Math.ceil(rounds / 10); round++) {
    const DATA_DIR = dataDirectory();
    const regions = ['worldwide', 'germany'];
    const outcomes = await Promise.all(
      regions.map((REGION) => {
        const DATABASE_URL = `sqlite:${path.join(dataDirectory(), 'parvis.sqlite')}`;
        return runProcess(['migrate'], { ...secrets, DATA_DIR, REGION, DATABASE_URL });
      }),
    );
    const { region } = JSON.parse(readFileSync(markerOf(DATA_DIR), 'utf8')) as { region: string };
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      regions.map((each) => (each === region ? 0 : 1)),
    );
    assert.match(outcomes.map(({ stderr }) => stderr).join(''), new RegExp(`belongs to the region ${region}, but`));
  }
});
