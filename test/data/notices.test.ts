import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Scope } from '../../src/domain/scope.ts';
import { postgres } from '../support/services.ts';
import { noticesWorker } from '../support/deliveries.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as deliveriesStore from '../../src/core/activity/deliveries.store.ts';
import * as claimsStore from '../../src/core/activity/delivery-leases.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { interrupt, killed } from '../support/interrupt.ts';

const minuteMs = 60_000;
const never = new AbortController().signal;

/** Creates the worker that delivers notices. @param send receives the id of each message */
const createWorker = (database: Database, send: (id: string) => Promise<void>, clock = { now: start }) =>
  noticesWorker(database, ({ id }) => send(id), clock);

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the delivery of notices on ${dialect}`, { skip }, () => {
    async function withUser(): Promise<{ database: Database; scope: Scope; userId: string }> {
      const { database } = await open(config);
      const scope = await newTenant(database);
      const user = newUser();
      await usersStore.insert(database, scope, user);
      return { database, scope, userId: user.id };
    }
    const told = { kind: 'user.unblocked' } as const;

    it('sends each notice once, even with concurrent workers', async () => {
      const { database, scope, userId } = await withUser();
      const { database: others } = await open(config);
      for (let each = 0; each < 60; each++) await activityStore.record(database, scope, told, userId, start);
      const sent: string[] = [];
      const slowly = async (id: string): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        sent.push(id);
      };
      const rounds = Array.from({ length: 4 }, async () => {
        await Promise.all([database, others].map((each) => createWorker(each, slowly).run(never)));
      });
      await Promise.all(rounds);
      await createWorker(database, slowly).run(never);
      assert.equal(sent.length, 60);
      assert.equal(new Set(sent).size, 60);
      assert.deepEqual(await deliveriesStore.listOf(database, scope, 'notices', userId), []);
    });

    it('resends a notice with the same message ID if its worker died before marking the delivery as done', async () => {
      const { database, scope, userId } = await withUser();
      await activityStore.record(database, scope, told, userId, start);
      const sent: string[] = [];
      const note = (id: string): Promise<void> => Promise.resolve(void sent.push(id));
      const dying = interrupt(database, /^delete from [`"]deliveries[`"]/, killed('before'));
      await assert.rejects(createWorker(dying, note).run(never), /killed/);
      await createWorker(database, note).run(never);
      assert.equal(sent.length, 1, 'the lease is still valid');
      await createWorker(database, note, { now: start + 5 * minuteMs }).run(never);
      assert.deepEqual([sent.length, sent[1]], [2, sent[0]]);
      await createWorker(database, note, { now: start + 60 * minuteMs }).run(never);
      assert.equal(sent.length, 2);
    });

    it('stops on shutdown without waiting for a pending delivery', async () => {
      const { database, scope, userId } = await withUser();
      for (let each = 0; each < 3; each++) await activityStore.record(database, scope, told, userId, start);
      const stopping = new AbortController();
      let begun = 0;
      const hanging = (): Promise<void> => {
        begun++;
        stopping.abort();
        return new Promise(() => {});
      };
      // This would never resolve if the worker waited for the pending delivery.
      await createWorker(database, hanging).run(stopping.signal);
      await createWorker(database, hanging).run(stopping.signal);
      assert.equal(begun, 1);
      assert.equal((await deliveriesStore.listOf(database, scope, 'notices', userId)).length, 3);
      await claimsStore.discardAllForOperator(database, 'notices');
    });

    it('cannot be postponed by a worker whose lease has expired and been claimed by another worker', async () => {
      const { database, scope, userId } = await withUser();
      await activityStore.record(database, scope, told, userId, start);
      const first = await claimsStore.claimAcrossTenants(database, 'notices', start, start + 1);
      const second = await claimsStore.claimAcrossTenants(database, 'notices', start + 1, start + minuteMs);
      assert.ok(first !== null && second !== null);
      assert.deepEqual([second.id, second.attempts], [first.id, 2]);
      await claimsStore.postpone(database, first, start + 2);
      assert.equal(await claimsStore.claimAcrossTenants(database, 'notices', start + 2, start + 3), null);
      await claimsStore.postpone(database, second, start + 2);
      assert.ok(await claimsStore.claimAcrossTenants(database, 'notices', start + 2, start + 3));
    });
  });
}
