import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PlannedRow } from '../../src/domain/imports.ts';
import { aUser } from '../support/builders.ts';
import { importScenarios, plannedAddition } from '../support/import-scenarios.ts';
import { interrupt, killed } from '../support/interrupt.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { deleteExpiredImport } from '../../src/core/imports/delete-imports.store.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';

// More rows than the job processes in two slices.
const count = 620;

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`an import of several slices, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal: Portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const { database } = portal;
    const { aConfirmedImport, find, countUsers, kindsOf, run, runWith } = importScenarios(portal);
    const additions = (tenant: Parameters<typeof plannedAddition>[0]): PlannedRow[] =>
      Array.from({ length: count }, (_, index) => plannedAddition(tenant, index));

    const more = (tenant: Parameters<typeof plannedAddition>[0]): PlannedRow[] =>
      Array.from({ length: 1_600 }, (_, index) => plannedAddition(tenant, count + index));

    it('has no effect if its process is killed in a later slice, and completes once on the next run', async () => {
      const scenario = await aConfirmedImport({ rows: (_, tenant) => additions(tenant) });
      let slices = 0;
      const inLaterSlice = { test: (sql: string) => /^insert into [`"]activity[`"]/.test(sql) && ++slices === 5 };
      await runWith(interrupt(database, inLaterSlice as RegExp, killed('after')))();
      assert.ok(slices >= 5);
      assert.equal(await countUsers(scenario.tenant), 2);
      assert.deepEqual(await kindsOf(scenario.tenant), {});
      await run();
      assert.equal(await countUsers(scenario.tenant), count + 2);
      assert.deepEqual(await kindsOf(scenario.tenant), { 'user.added': count, 'users.imported': 1 });
      assert.deepEqual((await find(scenario)).counts, { added: count, changed: 0, unchanged: 0, refused: 0 });
    });

    it('is aborted as a whole if rows in the first and last slices are refused, and marks each of them', async () => {
      const scenario = await aConfirmedImport({ rows: (_, tenant) => additions(tenant) });
      for (const index of [0, count - 1]) {
        await aUser(portal, scenario.tenant, { username: `new${index}@${scenario.tenant.domain}` });
      }
      await run();
      const found = await find(scenario);
      assert.deepEqual([found.state, found.abortReason], ['aborted', 'rows']);
      assert.deepEqual(found.counts, { added: count - 2, changed: 0, unchanged: 0, refused: 2 });
      assert.equal(await countUsers(scenario.tenant), 4);
      assert.deepEqual(await kindsOf(scenario.tenant), {});
      const refused = await importsStore.rows(database, scenario.scope, scenario.id, 'refused', { after: 0 }, 5);
      assert.deepEqual(
        refused.map(({ line, username }) => [line, username]),
        [0, count - 1].map((index) => [index + 2, `new${index}@${scenario.tenant.domain}`]),
      );
    });

    it('imports the valid rows of all slices', async () => {
      const scenario = await aConfirmedImport({ mode: 'validRowsOnly', rows: (_, tenant) => additions(tenant) });
      await aUser(portal, scenario.tenant, { username: `new${count - 1}@${scenario.tenant.domain}` });
      await run();
      assert.deepEqual((await find(scenario)).counts, { added: count - 1, changed: 0, unchanged: 0, refused: 1 });
      assert.equal(await countUsers(scenario.tenant), count + 2);
    });

    it('is deleted with all its rows, in slices', async () => {
      const scenario = await aConfirmedImport({ rows: (_, tenant) => [...additions(tenant), ...more(tenant)] });
      const { id } = scenario;
      const { now } = portal.clock;
      assert.equal(await deleteExpiredImport(database, id, { from: now, until: now + 1 }), 0);
      let slices = 0;
      const deletion = { test: (sql: string) => /^delete from [`"]import_rows[`"]/.test(sql) && ++slices < 0 };
      const watched = interrupt(database, deletion as RegExp, {});
      assert.equal(await deleteExpiredImport(watched, id, { from: now + 2, until: now + 3 }), 1);
      assert.equal(slices, 3, 'for 2,220 rows');
      assert.equal((await database.knex('imports').where({ id })).length, 0);
      assert.equal((await database.knex('import_rows').where({ import_id: id })).length, 0);
    });
  });
}
