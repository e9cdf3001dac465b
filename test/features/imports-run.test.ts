import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/platform/database/digest.ts';
import { createChainCheck } from '../../src/domain/activity/chain.ts';
import { addedRows, importScenarios } from '../support/import-scenarios.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { interrupt, killed } from '../support/interrupt.ts';
import { passwordRowOf } from '../support/credentials.ts';

/** The statements of an import, in their order. */
const statements = {
  'the import is looked at again': /^select [`"]id[`"] from [`"]imports[`"]/,
  'the holders of user names are looked up': /^select .* from [`"]users[`"] where [`"]username[`"] in/,
  'users are numbered and inserted': /^select (max|nextval)\(/,
  'users are changed': /^\s*with changed /,
  'entries are appended to the log': /^insert into [`"]activity[`"]/,
  'the chain of the log is extended': /^update [`"]tenants[`"]/,
  'the import ends': /^update [`"]imports[`"]/,
} as const;

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`an import that is wanted, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal: Portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const { database, clock, hasher } = portal;
    const { wanted, found, countOf, kindsOf, run, runWith } = importScenarios(portal);

    it('is done whole, and recorded as a whole and user by user', async () => {
      const story = await wanted();
      await run();
      const { state, counts, finishedAt } = await found(story);
      assert.deepEqual([state, finishedAt], ['done', clock.now]);
      assert.deepEqual(counts, { added: addedRows, changed: 1, unchanged: 0, refused: 0 });
      assert.equal(await countOf(story.tenant), addedRows + 2);
      const zoe = (await usersStore.find(database, story.tenant.scope, story.zoe.id))!;
      assert.deepEqual([zoe.firstName, zoe.displayName, zoe.epoch], ['Zoë', 'Zoé Besson', 0]);
      assert.deepEqual(await kindsOf(story.tenant), { 'user.added': addedRows, 'user.edited': 1, 'users.imported': 1 });
      const check = createChainCheck(sha256);
      for await (const entry of activityStore.entriesForOperator(database, story.tenant.id)) {
        assert.equal(check.next(entry), null);
        assert.equal(entry.actorId, story.admin.id);
        assert.equal(entry.requestId, story.scope.requestId);
      }
    });

    it('lets nobody in whom it has added, until they get a password', async () => {
      const story = await wanted();
      await run();
      const { user } = (await credentialsStore.findForSignInAcrossTenants(database, `new7@${story.tenant.domain}`))!;
      assert.deepEqual([user.password, user.state, user.temporaryUntil], ['temporary', 'active', clock.now]);
      const password = await passwordRowOf(database, user.id);
      assert.deepEqual([password.set_by, password.secret], ['Camille Laurent', hasher.decoy]);
    });

    for (const [moment, statement] of Object.entries(statements)) {
      for (const when of ['before', 'after'] as const) {
        it(`that dies ${when} ${moment} has done nothing, and is done once later`, async () => {
          const story = await wanted();
          await runWith(interrupt(database, statement, killed(when)))();
          assert.equal(await countOf(story.tenant), 2);
          assert.deepEqual(await kindsOf(story.tenant), {});
          assert.equal((await found(story)).state, 'wanted');
          await run();
          await run();
          assert.equal(await countOf(story.tenant), addedRows + 2);
          assert.equal((await kindsOf(story.tenant))['users.imported'], 1);
        });
      }
    }

    it('is done once, however many do it at once and however often it was asked for', async () => {
      const story = await wanted();
      await Promise.all([run(), run(), run(), run(), story.want(), story.want()]);
      assert.equal(await countOf(story.tenant), addedRows + 2);
      assert.deepEqual(await kindsOf(story.tenant), { 'user.added': addedRows, 'user.edited': 1, 'users.imported': 1 });
      assert.equal(await story.want(), false);
      await run();
      assert.equal((await kindsOf(story.tenant))['users.imported'], 1);
    });

    it('of one company does not wait for that of another which cannot be done', async () => {
      const [broken, sound] = [await wanted(), await wanted()];
      await database.knex('import_rows').where({ import_id: broken.id, line: 2 }).update({ data: 'no JSON' });
      await run();
      assert.deepEqual([(await found(broken)).state, (await found(sound)).state], ['wanted', 'done']);
    });
  });
}
