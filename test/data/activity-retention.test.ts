import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compile } from '../../src/platform/database/database.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { entriesPerTrim, trimLogs } from '../../src/core/activity/trim.ts';
import { verifyChain } from '../../src/core/activity/verify.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, open, start, worldwide } from './databases.ts';
import type { ScopeTenant } from '../../src/domain/tenant.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { interrupt, killed } from '../support/interrupt.ts';
import { operatorScope } from '../../src/core/accounts/tenants/tenant-scope.ts';

const dayMs = 24 * 60 * 60_000;
const midnight = Math.floor(start / dayMs) * dayMs;
const never = new AbortController().signal;
const rules = { ...worldwide, activityLog: { ...worldwide.activityLog, retentionDays: 30 } };

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`retention of the activity log on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    // On PostgreSQL every node has its own connections. An SQLite file is used by one process.
    const others = config.kind === 'sqlite' ? database : (await open(config)).database;
    const { knex } = database;
    const scopeOf = (tenant: ScopeTenant): Scope => operatorScope({ rules, clock: () => 0 }, tenant);
    const trim = (now: number, by = database, stopping = never): Promise<void> =>
      trimLogs({ database: by, rules, scopeOf }).purge(now, stopping, () => {});

    /** Creates a log with an entry on each of these days, counted from midnight of the first. */
    async function createLog(days: readonly number[]): Promise<Scope> {
      const scope = await newTenant(database);
      for (const day of days)
        await activityStore.record(database, scope, { kind: 'signOut' }, null, midnight + day * dayMs);
      return scope;
    }
    const of = (scope: Scope) => ({ tenant_id: scope.tenant.id });
    const placesOf = async (scope: Scope): Promise<number[]> => {
      const rows = await knex<{ place: number }>('activity').where(of(scope)).orderBy('place').select('place');
      return rows.map(({ place }) => place);
    };
    const verify = (scope: Scope) => verifyChain(database, scope.tenant.id);

    it('deletes an entry on the day after its retention ends', async () => {
      const scope = await createLog([0, 0, 1, 2]);
      await trim(midnight + 31 * dayMs - 1);
      assert.deepEqual(await placesOf(scope), [1, 2, 3, 4]);
      await trim(midnight + 31 * dayMs);
      assert.deepEqual(await placesOf(scope), [3, 4, 5]);
      assert.deepEqual(await verify(scope), { entries: 3, dropped: 2, fault: null });
      const [told] = await activityStore.listEntries(database, scope, {
        ...{ filter: { user: null, group: null, from: null, until: null }, order: 'newestFirst' },
        ...{ after: null, before: null, limit: 1 },
      });
      const { anchor } = await activityStore.getChainEnds(database, scope);
      assert.deepEqual(told?.activity.event, { kind: 'activity.trimmed', ...anchor });
      await trim(midnight + 31 * dayMs + 60_000);
      assert.deepEqual(await placesOf(scope), [3, 4, 5], 'nothing else is due, so nothing is recorded');
    });

    it('keeps an older entry that follows a newer one, and the logs of other tenants', async () => {
      const [scope, other] = [await createLog([0, 20, 0, 0]), await createLog([20])];
      await trim(midnight + 40 * dayMs);
      assert.deepEqual(await placesOf(scope), [2, 3, 4, 5]);
      assert.deepEqual(await placesOf(other), [1]);
      assert.deepEqual(await verify(scope), { entries: 4, dropped: 1, fault: null });
    });

    it('counts the entries that are due, and all entries that remain', async () => {
      const step = trimLogs({ database, rules, scopeOf });
      const [dueBefore, allBefore] = [await step.countDue(midnight + 40 * dayMs), await step.limit?.count()];
      const [scope, moving] = [await createLog([0, 1, 20, 0]), await createLog([0])];
      await tenantsStore.setState(database, moving.tenant.id, 'moving');
      const due = async (): Promise<number> =>
        ((await step.countDue(midnight + 40 * dayMs)).trimmedEntries ?? 0) - (dueBefore.trimmedEntries ?? 0);
      assert.equal(await due(), 2, 'an older entry after a newer one is not due, nor is the log of a moving tenant');
      assert.equal(await step.limit?.count(), (allBefore ?? 0) + 5);
      await trim(midnight + 40 * dayMs);
      assert.deepEqual(await placesOf(scope), [3, 4, 5]);
      assert.deepEqual(await step.countDue(midnight + 40 * dayMs), { trimmedEntries: 0 });
      await tenantsStore.setState(database, moving.tenant.id, 'active');
      await trim(midnight + 40 * dayMs);
    });

    it('does not change the log of a moving tenant', async () => {
      const scope = await createLog([0, 30]);
      await tenantsStore.setState(database, scope.tenant.id, 'moving');
      await trim(midnight + 40 * dayMs);
      assert.deepEqual(await placesOf(scope), [1, 2]);
      await tenantsStore.setState(database, scope.tenant.id, 'active');
      await trim(midnight + 40 * dayMs);
      assert.deepEqual(await placesOf(scope), [2, 3]);
    });

    it('does not repeatedly delete its own record of the deletion in an inactive log', async () => {
      const scope = await createLog([0]);
      for (const days of [40, 80, 81, 120, 400]) await trim(midnight + days * dayMs);
      assert.deepEqual(await placesOf(scope), [2]);
      await activityStore.record(database, scope, { kind: 'signOut' }, null, midnight + 401 * dayMs);
      await trim(midnight + 500 * dayMs);
      assert.deepEqual(await placesOf(scope), [4]);
      assert.deepEqual(await verify(scope), { entries: 1, dropped: 3, fault: null });
    });

    it('deletes in batches, even on several nodes at the same time, and stops on shutdown', async () => {
      const scope = await newTenant(database);
      const count = entriesPerTrim * 2 + 300;
      const entries = Array.from({ length: count }, () => ({ event: { kind: 'signOut' } as const, targetId: null }));
      await activityStore.recordMany(database, scope, entries, midnight);
      await trim(midnight + 40 * dayMs, database, AbortSignal.abort());
      assert.equal((await placesOf(scope)).length, count);
      await Promise.all([trim(midnight + 40 * dayMs), trim(midnight + 40 * dayMs, others)]);
      const left = await placesOf(scope);
      assert.deepEqual(
        left,
        [1, 2, 3].map((piece) => count + piece),
        'three batches, each recorded once',
      );
      assert.deepEqual(await verify(scope), { entries: 3, dropped: count, fault: null });
    });

    it('rolls back if the deletion fails', async () => {
      const scope = await createLog([0, 0, 30]);
      const broken = interrupt(database, /^delete from [`"]activity[`"]/, killed('before', 'no'));
      await assert.rejects(trim(midnight + 40 * dayMs, broken), /no/);
      assert.deepEqual(await placesOf(scope), [1, 2, 3]);
      assert.deepEqual(await verify(scope), { entries: 3, dropped: 0, fault: null });
      await trim(midnight + 40 * dayMs);
    });

    type Tamper = (scope: Scope) => Promise<unknown>;
    const entry = (scope: Scope, place: number) => knex('activity').where({ ...of(scope), place });
    const anchor = (scope: Scope, place: number, hash: string) =>
      knex('tenants')
        .where({ id: scope.tenant.id })
        .update({ activity_anchor_place: place, activity_anchor_hash: hash });
    const hashOf = async (scope: Scope, place: number): Promise<string> => {
      const rows = await knex<{ hash: string }>('activity').where('tenant_id', scope.tenant.id).where('place', place);
      return rows[0]!.hash;
    };
    // Entries 1 and 2 were deleted. Entries 3 to 5 remain, and entry 6 records the deletion.
    const tampered: [what: string, tamper: Tamper, fault: object][] = [
      ['a deleted first entry', (scope) => entry(scope, 3).delete(), { place: 3, fault: 'missing' }],
      [
        'a deleted first entry with an adjusted anchor',
        async (scope) => {
          const hash = await hashOf(scope, 3);
          await entry(scope, 3).delete();
          await anchor(scope, 3, hash);
        },
        { place: 3, fault: 'frontCutOff' },
      ],
      ['a moved anchor', async (scope) => anchor(scope, 3, await hashOf(scope, 3)), { place: 4, fault: 'missing' }],
      ['a changed anchor hash', (scope) => anchor(scope, 2, 'f'.repeat(64)), { place: 3, fault: 'changed' }],
      ['a removed anchor', (scope) => anchor(scope, 0, ''), { place: 1, fault: 'missing' }],
      [
        'a changed first entry',
        (scope) => entry(scope, 3).update({ kind: 'signIn.succeeded' }),
        { place: 3, fault: 'changed' },
      ],
      ['a deleted entry in the middle', (scope) => entry(scope, 4).delete(), { place: 4, fault: 'missing' }],
      [
        'a changed record of the deletion',
        (scope) => entry(scope, 6).update({ data: '{"place":3,"hash":"x"}' }),
        { place: 6, fault: 'changed' },
      ],
      ['a deleted record of the deletion', (scope) => entry(scope, 6).delete(), { place: 6, fault: 'missing' }],
      [
        'an entry inserted before the first',
        (scope) => entry(scope, 5).update({ place: 1 }),
        { place: 3, fault: 'missing' },
      ],
      [
        'two reordered entries',
        async (scope) => {
          await entry(scope, 3).update({ place: 99 });
          await entry(scope, 4).update({ place: 3 });
          await entry(scope, 99).update({ place: 4 });
        },
        { place: 3, fault: 'changed' },
      ],
    ];
    for (const [what, tamper, fault] of tampered) {
      it(`leaves ${what} detectable by verification`, async () => {
        const scope = await createLog([0, 0, 30, 30, 30]);
        await trim(midnight + 40 * dayMs);
        assert.deepEqual((await verify(scope))?.fault, null);
        await tamper(scope);
        assert.deepEqual((await verify(scope))?.fault, fault);
      });
    }

    if (database.dialect !== 'sqlite') return;
    it('reads only one entry of each tenant to find due logs', async () => {
      const first = knex('activity').select('at').whereRaw('tenant_id = tenants.id').orderBy('place').limit(1);
      const { sql } = compile(knex, () => knex('tenants').select('id').whereRaw('(?) < 1', [first]));
      const rows: { detail: string }[] = await knex.raw(`explain query plan ${sql.replaceAll('?', '1')}`);
      const plan = rows.map(({ detail }) => detail);
      assert.ok(
        plan.some((line) => line.includes('activity_chain (tenant_id=?)')),
        plan.join('\n'),
      );
    });
  });
}
