import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import {
  correctForOperator,
  correctUnknownUserEntries,
  findTenantsAheadForOperator,
} from '../../src/core/retention/future-times.store.ts';
import { createVault } from '../../src/platform/keys/vault.ts';
import { generateSeed, seedPurpose } from '../../src/platform/keys/totp.ts';
import { postgres } from '../support/services.ts';
import { actingAs, eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as downloadLeaseStore from '../../src/core/imports/download-lease.store.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import * as secondFactorsStore from '../../src/core/accounts/stores/second-factors.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const stepMs = 30 * secondMs;
const ahead = [
  ['an hour', hourMs],
  ['a day', dayMs],
  ['a year', 365 * dayMs],
] as const;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`a wrong clock on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    const { knex } = database;
    const scope = await newTenant(database);
    const vault = createVault(['a key of thirty-two characters or more']);
    const addUser = async () => {
      const user = newUser();
      await usersStore.insert(database, scope, user);
      return user;
    };

    /** @returns a function that enters the code generated for `codeAt` at the time `now` */
    async function anAuthenticator(): Promise<(codeAt: number, now?: number) => Promise<boolean>> {
      const { id } = await addUser();
      const seed = generateSeed();
      const factor = { seed: vault.seal(seed, seedPurpose(id)), step: 0, recoveryDigests: [], at: start };
      await database.transaction((tx) => secondFactorsStore.insert(tx, scope, id, factor));
      const app = new TOTP({ secret: Secret.fromBase32(seed) });
      return (codeAt, now = codeAt) => {
        const code = app.generate({ timestamp: codeAt });
        return database.transaction((tx) => secondFactorsStore.acceptTotp(tx, vault, scope, id, { code, now }));
      };
    }

    for (const [label, byMs] of ahead) {
      test(`a code used while the clock was ${label} ahead does not block current codes, and is never accepted again`, async () => {
        const enter = await anAuthenticator();
        for (const at of [start + byMs, start + byMs + 4 * stepMs]) assert.equal(await enter(at), true);
        assert.equal(await enter(start), true, 'a current code');
        assert.equal(await enter(start), false, 'the same code again');
        assert.equal(await enter(start - stepMs, start), false, 'an earlier code');
        assert.equal(await enter(start + stepMs), true, 'the next code');
        for (const at of [start + byMs, start + byMs + 4 * stepMs])
          assert.equal(await enter(at), false, 'the code of that time, once that time has arrived');
        assert.equal(await enter(start + byMs + 7 * stepMs), true);
      });

      test(`a code used at the right time is not accepted again after the clock was ${label} behind`, async () => {
        const enter = await anAuthenticator();
        assert.equal(await enter(start), true);
        assert.equal(await enter(start - byMs), true, 'a code of the wrong time');
        assert.equal(await enter(start), false);
        assert.equal(await enter(start + stepMs), true);
      });

      test(`a download of passwords that began while the clock was ${label} ahead is taken over`, async () => {
        const own = actingAs(scope, await addUser());
        const staging = await importsStore.begin(database, own, { fileName: 'a', at: start, expiresAt: start + dayMs });
        await knex('imports').where({ id: staging.id }).update({ state: 'applied' });
        const claim = (holder: string, now: number) =>
          downloadLeaseStore.claim(database, own, staging.id, holder, { now, until: now + minuteMs });
        assert.equal(await claim('a node three seconds ahead', start + 3 * secondMs), true);
        assert.equal(await claim('b', start), false);
        assert.equal(await claim('a', start + byMs), true);
        assert.equal(await claim('b', start), true);
      });

      test(`only times that were stored while the clock was ${label} ahead are corrected`, async () => {
        const [wrong, right, moving] = [
          await newTenant(database),
          await newTenant(database),
          await newTenant(database),
        ];
        const at = start + byMs;
        for (const [tenant, time] of [
          [wrong, at],
          [right, start + 3 * secondMs],
          [moving, at],
        ] as const)
          await activityStore.record(database, tenant, { kind: 'signOut' }, null, time);
        await tenantsStore.setState(database, moving.tenant.id, 'moving');
        const aheadIds = await findTenantsAheadForOperator(database, start);
        assert.ok(aheadIds.includes(wrong.tenant.id));
        assert.ok(![right, moving].some(({ tenant }) => aheadIds.includes(tenant.id)));

        const times = ['last_sign_in_at', 'deleted_at', 'global_admin_until', 'temporary_until'] as const;
        const stored = async (storedAt: number): Promise<() => Promise<number[]>> => {
          const user = newUser({ password: 'temporary', passwordSetAt: storedAt, temporaryUntil: storedAt + dayMs });
          await usersStore.insert(database, wrong, user);
          const row = { last_sign_in_at: storedAt, deleted_at: storedAt, global_admin_until: storedAt };
          await knex('users').where({ id: user.id }).update(row);
          return async () => {
            const [found] = await knex('users')
              .where({ id: user.id })
              .select<Record<string, number>[]>(...times);
            return times.map((time) => (found?.[time] ?? NaN) - start);
          };
        };
        const [future, present] = [await stored(at), await stored(start - minuteMs)];
        await correctForOperator(database, wrong.tenant.id, start);
        assert.deepEqual(await future(), [0, 0, 0, 0]);
        assert.deepEqual(await present(), [-minuteMs, -minuteMs, -minuteMs, dayMs - minuteMs]);
      });
    }

    test('future log entries of attempts with unknown user names are set to the time of the correction', async () => {
      await activityStore.recordSignIn(
        database,
        scope,
        null,
        { kind: 'signIn.failed', because: 'unknown' },
        start + dayMs,
      );
      await correctUnknownUserEntries(database, start);
      assert.deepEqual(await knex('activity').whereNull('tenant_id').pluck('at'), [start]);
    });
  });
}
