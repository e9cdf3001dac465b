import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { purge } from '../../src/core/retention/expired.store.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start, worldwide } from './databases.ts';
import * as linksStore from '../../src/core/accounts/stores/links.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`one-time links on ${dialect}`, { skip }, () => {
    async function createLink(overrides: Parameters<typeof newUser>[0] = { password: 'temporary' }) {
      const { database } = await open(config);
      const scope = await newTenant(database);
      const user = newUser(overrides);
      await usersStore.insert(database, scope, user);
      const link = { id: randomUUID(), digest: randomUUID(), userId: user.id, purpose: 'handOver', epoch: 0 } as const;
      await linksStore.insertMany(database, scope, [{ ...link, createdAt: start, expiresAt: start + 1_000 }]);
      return { database, scope, link };
    }

    it('are found with their user and tenant by digest, and by id only for sending email', async () => {
      const { database, scope, link } = await createLink();
      const found = await linksStore.findAcrossTenants(database, link.digest);
      assert.deepEqual([found?.id, found?.user.id, found?.tenant.id], [link.id, link.userId, scope.tenant.id]);
      assert.equal(await linksStore.findAcrossTenants(database, link.id), null);
      assert.equal((await linksStore.findForMailAcrossTenants(database, link.id))?.digest, link.digest);
    });

    it('are used only once by concurrent requests, and never by another tenant', async () => {
      const { database, scope, link } = await createLink();
      const other = await newTenant(database);
      const opened = { at: start, epoch: 1 };
      assert.equal(await linksStore.consume(database, other, link.id, opened), false);
      const burnt = await Promise.all(
        Array.from({ length: 5 }, () => linksStore.consume(database, scope, link.id, opened)),
      );
      assert.equal(burnt.filter(Boolean).length, 1);
    });

    it('are deleted with their user, and after they expire unless the user still has a temporary password', async () => {
      const [waiting, over] = [await createLink(), await createLink({ password: 'own' })];
      await purge(waiting.database, worldwide, start + 999);
      assert.notEqual(await linksStore.findForMailAcrossTenants(over.database, over.link.id), null);
      await purge(waiting.database, worldwide, start + 1_001);
      assert.equal(await linksStore.findForMailAcrossTenants(over.database, over.link.id), null);
      assert.notEqual(await linksStore.findForMailAcrossTenants(waiting.database, waiting.link.id), null);
      await waiting.database.knex('users').where({ id: waiting.link.userId }).delete();
      assert.equal((await waiting.database.knex('one_time_links').where({ id: waiting.link.id })).length, 0);
    });
  });
}
