import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { purge } from '../../src/core/retention/expired.store.ts';
import { postgres } from '../support/services.ts';
import { both, newTenant, newUser, open, start, worldwide } from './databases.ts';

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`one-time links on ${dialect}`, { skip }, () => {
    async function aLink(wishes: Parameters<typeof newUser>[0] = { password: 'temporary' }) {
      const { database, stores } = await open(config);
      const scope = await newTenant(stores);
      const user = newUser(wishes);
      await stores.users.insert(scope, user);
      const link = { id: randomUUID(), digest: randomUUID(), userId: user.id, purpose: 'handOver', epoch: 0 } as const;
      await stores.links.insertMany(scope, [{ ...link, createdAt: start, expiresAt: start + 1_000 }]);
      return { database, stores, scope, link };
    }

    it('are found by their digest with user and tenant, and by nothing else', async () => {
      const { stores, scope, link } = await aLink();
      const found = await stores.links.findAcrossTenants(link.digest);
      assert.deepEqual([found?.id, found?.user.id, found?.tenant.id], [link.id, link.userId, scope.tenant.id]);
      assert.equal(await stores.links.findAcrossTenants(link.id), null);
      assert.equal((await stores.links.findToSendAcrossTenants(link.id))?.digest, link.digest);
    });

    it('are burnt once by however many, and by no other tenant', async () => {
      const { stores, scope, link } = await aLink();
      const other = await newTenant(stores);
      const opened = { at: start, epoch: 1 };
      assert.equal(await stores.links.burn(other, link.id, opened), false);
      const burnt = await Promise.all(Array.from({ length: 5 }, () => stores.links.burn(scope, link.id, opened)));
      assert.equal(burnt.filter(Boolean).length, 1);
    });

    it('go with their user, and are dropped once they have lapsed and explain nothing any more', async () => {
      const [waiting, over] = [await aLink(), await aLink({ password: 'own' })];
      await purge(waiting.database, worldwide, start + 999);
      assert.notEqual(await over.stores.links.findToSendAcrossTenants(over.link.id), null);
      await purge(waiting.database, worldwide, start + 1_001);
      assert.equal(await over.stores.links.findToSendAcrossTenants(over.link.id), null);
      assert.notEqual(await waiting.stores.links.findToSendAcrossTenants(waiting.link.id), null);
      await waiting.database.knex('users').where({ id: waiting.link.userId }).delete();
      assert.equal((await waiting.database.knex('one_time_links').where({ id: waiting.link.id })).length, 0);
    });
  });
}
