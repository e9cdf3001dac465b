import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Subscriber } from '../../src/domain/activity/delivery.ts';
import { withSubscribers } from '../../src/core/activity/index.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const unblocked = { kind: 'user.unblocked' } as const;

/** Subscribes to sign-outs and unblocked users. */
const counter: Subscriber = {
  name: 'counter',
  messageFor: ({ event: { kind } }) => (kind === 'signOut' || kind === 'user.unblocked' ? { kind: 'count' } : null),
};
const idle: Subscriber = { name: 'idle', messageFor: () => null };

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`deliveries on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    const scope = await newTenant(database);
    const user = newUser();
    await usersStore.insert(database, scope, user);
    const rows = (table = 'deliveries') => database.knex<Record<string, unknown>>(table).orderBy(['created_at', 'id']);
    const clear = () => database.knex('deliveries').delete();

    test('are written for each subscriber to the event, with the place of the entry', async () => {
      const subscribed = withSubscribers(database, [counter, idle, Object.assign({}, counter, { name: 'second' })]);
      const entries = [
        { event: unblocked, targetId: user.id },
        { event: { kind: 'user.blocked' }, targetId: user.id },
        { event: { kind: 'signOut' }, targetId: null },
      ] as const;
      await activityStore.recordMany(subscribed, scope, entries, start);
      const places = await database.knex('activity').where({ tenant_id: scope.tenant.id }).pluck<number[]>('place');
      const [first = 0] = places.sort((a, b) => a - b).slice(-3);
      const found = (await rows()).map((row) => [row.subscriber, row.event_place, row.user_id, row.kind].join(' '));
      assert.deepEqual(
        found.sort(),
        ['counter', 'second'].flatMap((name) => [`${name} ${first} ${user.id} count`, `${name} ${first + 2}  count`]),
      );
      await clear();
    });

    test('are unique per entry and subscriber', async () => {
      await activityStore.record(database, scope, unblocked, user.id, start);
      const [row] = await rows();
      await assert.rejects(database.knex('deliveries').insert(Object.assign({}, row, { id: randomUUID() })), /unique/i);
      await clear();
    });

    test('are rolled back with the event, even in nested transactions', async () => {
      const doomed = database.transaction((tx) =>
        tx.transaction(async (inner) => {
          await activityStore.record(inner, scope, unblocked, user.id, start);
          assert.equal((await inner.knex('deliveries')).length, 1);
          throw new Error('rolled back');
        }),
      );
      await assert.rejects(doomed, /rolled back/);
      assert.deepEqual(await rows(), []);
    });

    test('require registered subscribers; otherwise, recording the event fails', async () => {
      const bare = openDatabase(config);
      const entries = () => database.knex('activity').where({ tenant_id: scope.tenant.id });
      const before = await entries();
      const recorded = activityStore.record(bare, scope, unblocked, user.id, start).finally(() => bare.close());
      await assert.rejects(recorded, /without registered subscribers/);
      assert.equal((await entries()).length, before.length);
    });

    test('are deleted with their user', async () => {
      const gone = newUser();
      await usersStore.insert(database, scope, gone);
      await activityStore.record(database, scope, unblocked, gone.id, start);
      await database.knex('users').where({ id: gone.id }).delete();
      assert.deepEqual(await rows(), []);
    });
  });
}
