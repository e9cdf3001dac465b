import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createScope } from '../../src/domain/scope.ts';
import { recheckRows } from '../../src/core/imports/recheck-rows.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { person } from '../../src/domain/principal.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`an import that changes a user, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});

    it('does not overwrite the language that the user chooses while it runs', async () => {
      const { database } = portal;
      const tenant = await aTenant(portal);
      const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
      const user = await aUser(portal, tenant, { displayName: 'Anne Martin', language: 'en' });
      const scope = createScope({ ...tenant.scope, principal: person(admin) });
      const changes = [{ field: 'firstName' as const, from: 'Anne', to: 'Anna' }];
      const { username, displayName, id: userId } = user;
      const row = { line: 2, outcome: 'changed' as const, username, displayName, userId, changes };
      let chosen: Promise<void> | undefined;
      await database.transaction(async (tx) => {
        const { changed } = await recheckRows(tx, scope, [row], {
          domains: [tenant.domain],
          now: portal.clock.now,
          spareApprover: () => true,
        });
        assert.equal(changed.length, 1);
        chosen = usersStore.setLanguage(database, tenant.scope, userId, 'fr');
        await Promise.race([chosen, delay(200)]);
        await usersBatchStore.updateMany(tx, scope, [{ ...user, firstName: 'Anna' }]);
      });
      await chosen;
      const now = await usersStore.find(database, tenant.scope, userId);
      assert.deepEqual([now?.firstName, now?.language], ['Anna', 'fr']);
    });
  });
}
