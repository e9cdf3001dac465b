import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { down, up } from '../../migrations/20261130160000_create_deliveries.ts';
import type { Subscriber } from '../../src/domain/activity/delivery.ts';
import { adoptOutbox } from '../../src/core/notices/index.ts';
import { withSubscribers } from '../../src/core/activity/index.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { noticesWorker } from '../support/deliveries.ts';
import { postgres } from '../support/services.ts';
import { both, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const unblocked = { kind: 'user.unblocked' } as const;
const never = new AbortController().signal;

/** Wants sign-outs and unblocked users, whoever they are. */
const counter: Subscriber = {
  name: 'counter',
  messageFor: ({ event: { kind } }) => (kind === 'signOut' || kind === 'user.unblocked' ? { kind: 'count' } : null),
};
const idle: Subscriber = { name: 'idle', messageFor: () => null };

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`deliveries on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    const scope = await newTenant(database);
    const user = newUser();
    await usersStore.insert(database, scope, user);
    const rows = (table = 'deliveries') => database.knex<Record<string, unknown>>(table).orderBy(['created_at', 'id']);
    const clear = () => database.knex('deliveries').delete();

    test('are written for each subscriber that wants the event, with the place of its entry', async () => {
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

    test('are written once for an entry and a subscriber', async () => {
      await activityStore.record(database, scope, unblocked, user.id, start);
      const [row] = await rows();
      await assert.rejects(database.knex('deliveries').insert(Object.assign({}, row, { id: randomUUID() })), /unique/i);
      await clear();
    });

    test('are rolled back with the event, within transactions inside transactions', async () => {
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

    test('cannot be forgotten: nothing is recorded where no subscribers are registered', async () => {
      const bare = openDatabase(config);
      const entries = () => database.knex('activity').where({ tenant_id: scope.tenant.id });
      const before = await entries();
      const recorded = activityStore.record(bare, scope, unblocked, user.id, start).finally(() => bare.close());
      await assert.rejects(recorded, /without registered subscribers/);
      assert.equal((await entries()).length, before.length);
    });

    test('go with their user', async () => {
      const gone = newUser();
      await usersStore.insert(database, scope, gone);
      await activityStore.record(database, scope, unblocked, gone.id, start);
      await database.knex('users').where({ id: gone.id }).delete();
      assert.deepEqual(await rows(), []);
    });

    const mail = (id: string, attempts: number) => ({
      ...{ id, tenant_id: scope.tenant.id, user_id: user.id, actor_id: null, kind: 'accountUnblocked', data: '{}' },
      ...{ created_at: start, attempts, next_try_at: start + attempts },
    });

    test('take over what waits in the outbox when they are introduced, and give it back', async () => {
      const waiting = [mail(randomUUID(), 0), mail(randomUUID(), 3)].sort((a, b) => a.id.localeCompare(b.id));
      await database.knex.transaction(down);
      await database.knex('mails').insert(waiting);
      await database.knex.transaction(up);
      assert.deepEqual(await rows('mails'), []);
      const ids: string[] = [];
      const carried = (await rows()).map(({ id, attempts, due_at, subscriber }) => [id, attempts, due_at, subscriber]);
      assert.deepEqual(
        carried,
        waiting.map(({ id, attempts, next_try_at }) => [id, attempts, next_try_at, 'notices']),
      );
      await database.knex.transaction(down);
      assert.deepEqual(await rows('mails'), waiting);
      await database.knex.transaction(up);
      await noticesWorker(database, ({ id }) => Promise.resolve(void ids.push(id)), { now: start + 10 }).run(never);
      assert.deepEqual(
        ids.sort(),
        waiting.map(({ id }) => id),
      );
    });

    test('take over what a process of the previous release writes, once, by however many processes', async () => {
      const { database: other } = await open(config);
      const ids = Array.from({ length: 20 }, () => randomUUID()).sort();
      await database.knex('mails').insert(ids.map((id) => mail(id, 1)));
      const adopt = (each: Database) => adoptOutbox(each, () => start + 1).run(never);
      const claimed = mail(randomUUID(), 5);
      await database.knex('mails').insert(claimed);
      // SQLite may refuse the second at the same moment: its next turn finds nothing left.
      await Promise.allSettled([database, other, database, other].map(adopt));
      await adopt(database);
      assert.deepEqual(await rows('mails'), [claimed], 'what the other process has claimed stays with it');
      assert.deepEqual(
        (await rows()).map(({ id }) => id),
        ids,
      );
      await database.knex('mails').delete();
      await clear();
    });
  });
}
