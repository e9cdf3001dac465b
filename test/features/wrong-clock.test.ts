import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { clockToleranceMs } from '../../src/domain/plausible-time.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { grantedAccess } from '../support/granted-access.ts';
import { aTenantWithHandover, openLink, resetByLink } from '../support/links.ts';
import { aPerson } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { dialectsOfRun } from '../support/dialects.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const ahead = [
  ['an hour', hourMs],
  ['a day', dayMs],
  ['a year', 365 * dayMs],
] as const;
const behind = [
  ['an hour', hourMs],
  ['a day', dayMs],
] as const;
const nodeDifferences = [
  ['three seconds ahead', 3 * secondMs],
  ['three seconds behind', -3 * secondMs],
  ['five minutes ahead', 5 * minuteMs],
] as const;

/** Runs work with the portal's clock set to a wrong time. */
async function atWrongTime<T>({ clock }: Portal, wrongByMs: number, work: () => Promise<T>): Promise<T> {
  const right = clock.now;
  clock.now += wrongByMs;
  try {
    return await work();
  } finally {
    clock.now = right;
  }
}

for (const { dialect, databaseUrl, skip } of await dialectsOfRun()) {
  describe(`access and a wrong clock, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const portal = await openPortal(databaseUrl ? { databaseUrl } : {});
    // After the jobs have run once, the clock is trusted, as in a running portal.
    before(() => portal.background.runAll());

    for (const [label, byMs] of ahead) {
      it(`a user who signed in while the clock was ${label} ahead can use links that are issued afterwards`, async () => {
        const { tenant, admin } = await aTenantWithHandover(portal, 'link');
        const zoe = await aUser(portal, tenant);
        await atWrongTime(portal, byMs, () => aPerson(portal).signIn(zoe));
        await portal.background.runAll();
        portal.clock.now += minuteMs;
        const person = await openLink(portal, await resetByLink(admin, zoe));
        assert.equal(person.path, '/change-password');
      });

      it(`a user deleted while the clock was ${label} ahead can be restored for the ordinary time`, async () => {
        const tenant = await aTenant(portal);
        const zoe = await aUser(portal, tenant);
        const actions = createUserActions({ database: portal.database, clock: () => portal.clock.now });
        await atWrongTime(portal, byMs, () => actions.remove(tenant.scope, zoe.id));
        await portal.background.runAll();
        const deleted = await usersStore.findDeleted(portal.database, tenant.scope, zoe.id);
        assert.equal(deleted?.deletedAt, portal.clock.now);
      });
    }

    for (const { name, grant, periodMs } of grantedAccess) {
      for (const [label, byMs] of ahead) {
        it(`${name} that was granted while the clock was ${label} ahead has expired, and remains expired when that time arrives`, async () => {
          const isValid = await atWrongTime(portal, byMs, () => grant(portal));
          assert.equal(await isValid(), false, 'after the correction');
          await portal.background.runAll();
          for (const laterMs of [byMs - minuteMs, byMs, byMs + minuteMs])
            assert.equal(await atWrongTime(portal, laterMs, isValid), false, `${laterMs} ms later`);
        });
      }

      for (const [label, byMs] of behind) {
        it(`${name} that was granted while the clock was ${label} behind ends early`, async () => {
          const isValid = await atWrongTime(portal, -byMs, () => grant(portal));
          assert.equal(await isValid(), byMs < periodMs(portal));
          assert.equal(await atWrongTime(portal, periodMs(portal) - byMs, isValid), false);
        });

        it(`${name} is not valid while the clock is ${label} behind`, async () => {
          const isValid = await grant(portal);
          assert.equal(await atWrongTime(portal, -byMs, isValid), false);
          assert.equal(await isValid(), true, 'after the correction');
        });
      }

      for (const [label, byMs] of nodeDifferences) {
        it(`${name} that was granted by a node ${label} is valid for its period`, async () => {
          const isValid = await atWrongTime(portal, byMs, () => grant(portal));
          assert.equal(await isValid(), true);
          assert.equal(await atWrongTime(portal, periodMs(portal) + clockToleranceMs, isValid), false);
        });
      }
    }
  });
}
