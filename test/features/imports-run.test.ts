import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/platform/database/digest.ts';
import { createChainVerifier } from '../../src/domain/activity/chain.ts';
import { addedRows, importScenarios } from '../support/import-scenarios.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { interrupt, killed } from '../support/interrupt.ts';
import { passwordRowOf } from '../support/credentials.ts';

/** The statements of an import, in execution order. */
const statements = {
  'the import is reloaded': /^select [`"]id[`"] from [`"]imports[`"]/,
  'user names are looked up': /^select .* from [`"]users[`"] where [`"]username[`"] in/,
  'users are numbered and inserted': /^select (max|nextval)\(/,
  'users are updated': /^\s*with changed /,
  'entries are appended to the activity log': /^insert into [`"]activity[`"]/,
  'the hash chain is extended': /^update [`"]tenants[`"]/,
  'the import ends': /^update [`"]imports[`"]/,
} as const;

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`running a confirmed import, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal: Portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const { database, clock, hasher } = portal;
    const { aConfirmedImport, find, countUsers, kindsOf, run, runWith } = importScenarios(portal);

    it('applies all rows and records each user and the import as a whole', async () => {
      const scenario = await aConfirmedImport();
      await run();
      const { state, counts, finishedAt } = await find(scenario);
      assert.deepEqual([state, finishedAt], ['applied', clock.now]);
      assert.deepEqual(counts, { added: addedRows, changed: 1, unchanged: 0, refused: 0 });
      assert.equal(await countUsers(scenario.tenant), addedRows + 2);
      const zoe = (await usersStore.find(database, scenario.tenant.scope, scenario.zoe.id))!;
      assert.deepEqual([zoe.firstName, zoe.displayName, zoe.epoch], ['Zoë', 'Zoé Besson', 0]);
      assert.deepEqual(await kindsOf(scenario.tenant), {
        'user.added': addedRows,
        'user.edited': 1,
        'users.imported': 1,
      });
      const check = createChainVerifier(sha256);
      for await (const entry of activityStore.entriesForOperator(database, scenario.tenant.id)) {
        assert.equal(check.next(entry), null);
        assert.equal(entry.actorId, scenario.admin.id);
        assert.equal(entry.requestId, scenario.scope.requestId);
      }
    });

    it('adds users who cannot sign in until they receive a password', async () => {
      const scenario = await aConfirmedImport();
      await run();
      const { user } = (await credentialsStore.findForSignInAcrossTenants(database, `new7@${scenario.tenant.domain}`))!;
      assert.deepEqual([user.password, user.state, user.temporaryUntil], ['temporary', 'active', clock.now]);
      const password = await passwordRowOf(database, user.id);
      assert.deepEqual([password.set_by, password.secret], ['Camille Laurent', hasher.decoy]);
    });

    for (const [moment, statement] of Object.entries(statements)) {
      for (const when of ['before', 'after'] as const) {
        it(`has no effect if it is killed ${when} ${moment}, and completes once on the next run`, async () => {
          const scenario = await aConfirmedImport();
          await runWith(interrupt(database, statement, killed(when)))();
          assert.equal(await countUsers(scenario.tenant), 2);
          assert.deepEqual(await kindsOf(scenario.tenant), {});
          assert.equal((await find(scenario)).state, 'confirmed');
          await run();
          await run();
          assert.equal(await countUsers(scenario.tenant), addedRows + 2);
          assert.equal((await kindsOf(scenario.tenant))['users.imported'], 1);
        });
      }
    }

    it('applies the import once, even if it is confirmed or run several times concurrently', async () => {
      const scenario = await aConfirmedImport();
      await Promise.all([run(), run(), run(), run(), scenario.confirm(), scenario.confirm()]);
      assert.equal(await countUsers(scenario.tenant), addedRows + 2);
      assert.deepEqual(await kindsOf(scenario.tenant), {
        'user.added': addedRows,
        'user.edited': 1,
        'users.imported': 1,
      });
      assert.equal(await scenario.confirm(), false);
      await run();
      assert.equal((await kindsOf(scenario.tenant))['users.imported'], 1);
    });

    it('does not wait for an import of another tenant that fails', async () => {
      const [broken, working] = [await aConfirmedImport(), await aConfirmedImport()];
      await database.knex('import_rows').where({ import_id: broken.id, line: 2 }).update({ data: 'no JSON' });
      await run();
      assert.deepEqual([(await find(broken)).state, (await find(working)).state], ['confirmed', 'applied']);
    });
  });
}
