import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Scope } from '../../src/domain/scope.ts';
import type { NewEntry } from '../../src/core/activity/append-entries.store.ts';
import { verifyChain } from '../../src/core/activity/verify.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { Database } from '../../src/platform/database/database.ts';

/** Verifies a tenant's chain, which must be intact. @returns the number of entries */
async function countVerified(database: Database, scope: Scope): Promise<number> {
  const verified = await verifyChain(database, scope.tenant.id);
  assert.equal(verified?.fault, null);
  return verified.entries;
}

const entries = (count: number): NewEntry[] =>
  Array.from({ length: count }, (_, index) => ({ event: { kind: 'user.added' }, targetId: `user ${index}` }));

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`recordMany on ${dialect}`, { skip }, async () => {
    const { database } = skip ? ({} as Awaited<ReturnType<typeof open>>) : await open(config);

    test('appends entries to the chain in the given order', async () => {
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

    test('stores names outside the hashed data, like `record`', async () => {
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

    test('accepts an empty list', async () => {
      const scope = await newTenant(database);
      await activityStore.recordMany(database, scope, [], start);
      assert.equal(await countVerified(database, scope), 0);
    });

    test('keeps one intact chain when called concurrently for the same tenant', async () => {
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
