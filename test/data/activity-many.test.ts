import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Scope } from '../../src/domain/scope.ts';
import type { NewEntry } from '../../src/core/activity/append-entries.store.ts';
import { verifyChain } from '../../src/core/activity/verify.ts';
import { postgres } from '../support/services.ts';
import { both, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { Database } from '../../src/platform/database/database.ts';

/** Follows a tenant's chain to its end. @returns how many entries hold */
async function countVerified(database: Database, scope: Scope): Promise<number> {
  const verified = await verifyChain(database, scope.tenant.id);
  assert.equal(verified?.fault, null);
  return verified.entries;
}

const entries = (count: number): NewEntry[] =>
  Array.from({ length: count }, (_, index) => ({ event: { kind: 'user.added' }, targetId: `user ${index}` }));

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`many entries at once on ${dialect}`, { skip }, async () => {
    const { database } = skip ? ({} as Awaited<ReturnType<typeof open>>) : await open(config);

    test('lengthen the chain in their order, between single ones', async () => {
      const scope = await newTenant(database);
      await activityStore.record(database, scope, { kind: 'tenant.added' }, null, start);
      await activityStore.recordMany(database, scope, entries(257), start);
      await activityStore.record(database, scope, { kind: 'users.exported' }, null, start);
      assert.equal(await countVerified(database, scope), 259);
      const rows = await database
        .knex('activity')
        .where({ tenant_id: scope.tenant.id, kind: 'user.added' })
        .orderBy('place');
      assert.deepEqual(
        rows.map(({ target_id }: { target_id: string }) => target_id),
        entries(257).map(({ targetId }) => targetId),
      );
    });

    test('keep names apart from what the chain holds, like a single one', async () => {
      const scope = await newTenant(database);
      const user = newUser();
      await usersStore.insert(database, scope, user);
      const changes = [{ field: 'lastName', from: 'Besson', to: 'Kanarienvogel' }] as const;
      await activityStore.recordMany(
        database,
        scope,
        [{ event: { kind: 'user.edited', changes }, targetId: user.id }],
        start,
      );
      const [row] = await database.knex('activity').where({ target_id: user.id }).select<{ data: string }[]>('data');
      assert.doesNotMatch(row?.data ?? '', /Kanarienvogel/);
      const [event] = await activityStore.latestOfUser(database, scope, user.id);
      assert.deepEqual(event?.event, { kind: 'user.edited', changes });
    });

    test('are none where there are none', async () => {
      const scope = await newTenant(database);
      await activityStore.recordMany(database, scope, [], start);
      assert.equal(await countVerified(database, scope), 0);
    });

    test('written together with others of the same tenant leave one chain', async () => {
      const scope = await newTenant(database);
      const many = Array.from({ length: 8 }, () => activityStore.recordMany(database, scope, entries(40), start));
      const single = Array.from({ length: 8 }, () =>
        activityStore.record(database, scope, { kind: 'signOut' }, null, start),
      );
      await Promise.all([...many, ...single]);
      assert.equal(await countVerified(database, scope), 328);
    });
  });
}
