import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { purge } from '../../src/core/retention/expired.store.ts';
import type { PlannedRow } from '../../src/domain/imports.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { postgres } from '../support/services.ts';
import { actingAs, eachDialect, newUser, open, start, worldwide } from './databases.ts';
import { finishImport, newAdmin, newImport, tomorrow } from './staged-imports.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import * as importJobStore from '../../src/core/imports/import-job.store.ts';
import * as downloadLeaseStore from '../../src/core/imports/download-lease.store.ts';
import * as importPasswordsStore from '../../src/core/imports/import-passwords.store.ts';
import { operator } from '../../src/domain/principal.ts';

const row = (line: number, outcome: 'unchanged' | 'refused' = 'unchanged'): PlannedRow => {
  const base = { line, username: `u${line}@a.example`, displayName: `U ${line}` };
  if (outcome === 'unchanged') return { ...base, outcome };
  return { ...base, outcome, faults: [{ field: 'username', code: 'username.taken' }] };
};

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`imports on ${dialect}`, { skip }, async () => {
    const { database } = skip ? ({} as Awaited<ReturnType<typeof open>>) : await open(config);

    const createAdmin = () => newAdmin(database);
    const stageImport = (scope: Scope, rows: readonly PlannedRow[] = [], expiresAt = tomorrow) =>
      newImport(database, scope, { rows, expiresAt });

    test('are hidden while their file is being read, and are deleted if reading it fails', async () => {
      const scope = await createAdmin();
      const file = { fileName: 'a.csv', at: start, expiresAt: tomorrow };
      const staging = await importsStore.begin(database, scope, file);
      await staging.add([row(2)]);
      assert.equal(await importsStore.find(database, scope, staging.id), null);
      assert.deepEqual(await importsStore.list(database, scope), []);
      await staging.discard();
      assert.equal((await database.knex('import_rows').where({ import_id: staging.id })).length, 0);
    });

    test('return their rows in pages, forward and backward, for all outcomes or a single outcome', async () => {
      const scope = await createAdmin();
      const rows = Array.from({ length: 230 }, (_, index) => row(index + 2, index % 2 ? 'refused' : 'unchanged'));
      const id = await stageImport(scope, rows);
      assert.deepEqual(await importsStore.rows(database, scope, id, null, { after: 0 }, 10), rows.slice(0, 11));
      assert.deepEqual(
        await importsStore.rows(database, scope, id, null, { before: 10 }, 5),
        rows.slice(2, 8).reverse(),
      );
      const refused = rows.filter(({ outcome }) => outcome === 'refused');
      assert.deepEqual(
        await importsStore.rows(database, scope, id, 'refused', { after: 100 }, 500),
        refused.filter(({ line }) => line > 100),
      );
    });

    test('are accessible only to the administrator who created them', async () => {
      const [scope, other] = [await createAdmin(), await createAdmin()];
      const colleague = newUser();
      await usersStore.insert(database, scope, colleague);
      const { id } = await finishImport(database, scope, 2);
      for (const stranger of [
        other,
        actingAs(scope, colleague),
        { ...scope, principal: operator },
        { ...scope, tenant: other.tenant },
      ]) {
        assert.equal(await importsStore.find(database, stranger, id), null);
        assert.deepEqual(await importsStore.rows(database, stranger, id, null, { after: 0 }, 9), []);
        assert.equal(
          await importsStore.confirm(database, stranger, id, { mode: 'all', epoch: 0, expiresAt: start }),
          false,
        );
        assert.equal(await importPasswordsStore.count(database, stranger, id), 0);
        assert.deepEqual(await importPasswordsStore.listAfter(database, stranger, id, 0), []);
        assert.equal(
          await downloadLeaseStore.claim(database, stranger, id, 'x', { now: start, until: start + 1 }),
          false,
        );
      }
      assert.equal(await importPasswordsStore.count(database, scope, id), 2);
    });

    test('are confirmed only once', async () => {
      const scope = await createAdmin();
      const id = await stageImport(scope);
      const want = () =>
        importsStore.confirm(database, scope, id, { mode: 'validRowsOnly', epoch: 3, expiresAt: start });
      assert.deepEqual((await Promise.all([want(), want(), want()])).sort(), [false, false, true]);
      const [wanted] = (await importJobStore.listConfirmedAcrossTenants(database)).filter((each) => each.id === id);
      assert.deepEqual(
        [wanted?.mode, wanted?.userEpoch, wanted?.tenantId, wanted?.address, wanted?.requestId],
        ['validRowsOnly', 3, scope.tenant.id, scope.address, scope.requestId],
      );
    });

    test('can change the outcome of rows that have already been shown', async () => {
      const scope = await createAdmin();
      const id = await stageImport(
        scope,
        Array.from({ length: 150 }, (_, index) => row(index + 2)),
      );
      const refused = Array.from({ length: 120 }, (_, index) => row(index + 10, 'refused'));
      await importJobStore.updateOutcomes(database, id, refused);
      assert.deepEqual(await importsStore.rows(database, scope, id, 'refused', { after: 0 }, 500), refused);
      assert.equal((await importsStore.rows(database, scope, id, 'unchanged', { after: 0 }, 500)).length, 30);
    });

    test('are deleted with all rows when they expire, even while their file is read', async () => {
      const scope = await createAdmin();
      const [kept, over] = [
        await stageImport(scope, [row(2)], start + 1),
        await stageImport(scope, [row(2)], start - 1),
      ];
      const reading = await importsStore.begin(database, scope, { fileName: '', at: start, expiresAt: start - 1 });
      await Promise.all([purge(database, worldwide, start), purge(database, worldwide, start)]);
      const left = await database
        .knex('imports')
        .whereIn('id', [kept, over, reading.id])
        .select<{ id: string }[]>('id');
      assert.deepEqual(left, [{ id: kept }]);
      assert.equal((await database.knex('import_rows').whereIn('import_id', [kept, over])).length, 1);
    });
  });
}
