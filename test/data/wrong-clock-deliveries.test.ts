import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { claimAcrossTenants, complete, postpone } from '../../src/core/activity/delivery-leases.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { correctForOperator } from '../../src/core/retention/future-times.store.ts';
import { noticesWorker } from '../support/deliveries.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const ahead = [
  ['an hour', hourMs],
  ['a day', dayMs],
  ['a year', 365 * dayMs],
] as const;
const never = new AbortController().signal;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`deliveries and a wrong clock on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    const { knex } = database;
    const scope = await newTenant(database);
    const addUser = async () => {
      const user = newUser();
      await usersStore.insert(database, scope, user);
      return user;
    };

    for (const [label, byMs] of ahead) {
      test(`a delivery recorded while the clock was ${label} ahead is due immediately`, async () => {
        const { id } = await addUser();
        await activityStore.record(database, scope, { kind: 'user.unblocked' }, id, start + byMs);
        const claimed = await claimAcrossTenants(database, 'notices', start, start + 5 * minuteMs);
        assert.equal(claimed?.userId, id);
        await postpone(database, claimed, start + minuteMs);
        assert.equal(
          await claimAcrossTenants(database, 'notices', start, start + 5 * minuteMs),
          null,
          'not repeatedly',
        );
        await complete(database, claimed.id);
      });

      test(`a delivery that was leased or postponed while the clock was ${label} ahead is taken over`, async () => {
        const { id } = await addUser();
        await activityStore.record(database, scope, { kind: 'user.unblocked' }, id, start);
        const claimAt = (now: number) => claimAcrossTenants(database, 'notices', now, now + 5 * minuteMs);
        assert.ok(await claimAt(start + 3 * secondMs));
        assert.equal(await claimAt(start), null, 'a node three seconds ahead keeps its lease');
        assert.ok(await claimAt(start + byMs));
        const taken = await claimAt(start);
        assert.ok(taken);
        await postpone(database, taken, start + byMs + 6 * hourMs);
        const again = await claimAt(start);
        assert.ok(again);
        await complete(database, again.id);
      });

      test(`deliveries that were paused while the clock was ${label} ahead continue`, async () => {
        const { id } = await addUser();
        await activityStore.record(database, scope, { kind: 'user.unblocked' }, id, start + byMs);
        const clock = { now: start + byMs };
        let isAway = true;
        let sent = 0;
        const send = (): Promise<void> => {
          if (isAway) return Promise.reject(Object.assign(new Error('away'), { code: 'ECONNECTION' }));
          sent++;
          return Promise.resolve();
        };
        const worker = noticesWorker(database, send, clock);
        await worker.run(never);
        isAway = false;
        clock.now = start;
        await knex('deliveries').update({ due_at: start });
        await worker.run(never);
        assert.equal(sent, 1);
      });
    }

    test('a delivery that was recorded in the future is given up three days after the correction', async () => {
      const own = await newTenant(database);
      const user = newUser();
      await usersStore.insert(database, own, user);
      await activityStore.record(database, own, { kind: 'user.unblocked' }, user.id, start + 365 * dayMs);
      await correctForOperator(database, own.tenant.id, start);
      const failing = (): Promise<void> => Promise.reject(Object.assign(new Error('no'), { code: 'EENVELOPE' }));
      const left = () => knex('deliveries').where({ user_id: user.id });
      await noticesWorker(database, failing, { now: start + 3 * dayMs - 1 }).run(never);
      assert.equal((await left()).length, 1);
      await left().update({ due_at: start });
      await noticesWorker(database, failing, { now: start + 3 * dayMs }).run(never);
      assert.deepEqual(await left(), []);
    });
  });
}
