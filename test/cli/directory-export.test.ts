import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SignedDirectory } from '../../src/core/directory/signed-directory.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { eachDialect } from '../data/databases.ts';
import { postgres } from '../support/services.ts';
import { dataDirectory, json, run } from './command.ts';

const secrets = { SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: 'k'.repeat(32) };

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  const DATABASE_URL = config.kind === 'sqlite' ? `sqlite:${config.file}` : config.url;
  describe(`the export of the directory, on ${dialect}`, { skip, concurrency: false }, () => {
    const own = { ...secrets, DATABASE_URL, DATA_DIR: dataDirectory(), REGION: 'germany' };
    const exportHere = async (): Promise<SignedDirectory & { says: string }> => {
      const { code, stdout, stderr } = await run(['route', 'export', '--json'], own);
      assert.equal(code, 0, stderr);
      return { ...(JSON.parse(stdout) as SignedDirectory), says: stderr };
    };

    test('contains only domains of this region, and serial numbers increase', async () => {
      await json(['route', 'add', 'own.example', 'germany'], own);
      await json(['route', 'add', 'other.example', 'worldwide'], own);
      const [first, second] = [await exportHere(), await exportHere()];
      assert.deepEqual(first.routes, [{ domain: 'own.example', region: 'germany' }]);
      assert.ok(second.serial > first.serial && first.serial > Date.UTC(2020, 0, 1));
      assert.equal(first.says, '');
    });

    test('has a higher serial number than the last export, even if the clock is behind', async () => {
      const last = Date.now() + 1_000_000;
      const database = openDatabase(config);
      await database.knex('deployment').update({ directory_serial: last });
      await database.close();
      assert.deepEqual([(await exportHere()).serial, (await exportHere()).serial], [last + 1, last + 2]);
    });

    test('reports that it is empty, and the number of tenant domains that it lacks', async () => {
      await json(['route', 'remove', 'own.example'], own);
      const company = ['--name', 'Kiesel', '--domain', 'kiesel.example', '--language', 'de', '--admin-name', 'Ada'];
      await json(['tenant', 'add', ...company, '--admin-username', 'ada@kiesel.example'], own);
      const { routes, says } = await exportHere();
      assert.deepEqual(routes, []);
      assert.match(says, /^The directory of germany is empty: .*\nDomains of tenants that it lacks: 1\. .*\n$/);
      await json(['route', 'add', 'kiesel.example', 'germany'], own);
      assert.equal((await exportHere()).says, '');
    });
  });
}
