import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { anInterruptedHasher } from '../support/interrupted-hasher.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { withRules } from '../support/rules.ts';
import { aSecondFactorUser, english } from '../support/second-factor.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `changes between password verification and the start of the session, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const { hasher, duringNextVerify, assertVerified } = anInterruptedHasher();
      const portal = await openPortal({ hasher, ...(server?.url ? { databaseUrl: server.url } : {}) });
      const { database } = portal;

      for (const [label, change] of [
        ['the password is replaced', 'password'],
        ['the user is blocked', 'blocked'],
        ['the tenant is suspended', 'suspended'],
        ['the tenant begins to move', 'moving'],
      ] as const) {
        it(`make the sign-in fail without recording it as successful: ${label}`, async () => {
          const tenant = await aTenant(portal, { language: 'en' });
          const zoe = await aUser(portal, tenant);
          const next = {
            kind: 'temporary',
            hash: 'x',
            at: portal.clock.now,
            until: portal.clock.now + 9,
            by: null,
          } as const;
          duringNextVerify(async () => {
            if (change === 'password') await credentialsStore.replace(database, tenant.scope, zoe.id, zoe.epoch, next);
            else if (change === 'blocked')
              await usersStore.setState(database, tenant.scope, zoe.id, 'blocked', portal.clock.now);
            else await tenantsStore.setState(database, tenant.id, change);
          });
          const person = await aPerson(portal, english).signIn(zoe);
          assertVerified();
          assert.equal(person.status, 422);
          person.sees('The user name or password is incorrect');
          assert.equal((await usersStore.find(database, tenant.scope, zoe.id))?.lastSignInAt, null);
          assert.deepEqual(await portal.database.knex('user_sessions').where({ user_id: zoe.id }), []);
          const kinds = (await activityStore.latestOfUser(database, tenant.scope, zoe.id)).map(
            ({ event }) => event.kind,
          );
          assert.ok(!kinds.includes('signIn.succeeded'), kinds.join());
        });
      }

      it('require the code if a second factor has been set up', async () => {
        const tenant = await aTenant(portal, { language: 'en' });
        const zoe = await aUser(portal, tenant);
        duringNextVerify(() => aSecondFactorUser(portal, zoe));
        const person = await aPerson(portal, english).signIn(zoe);
        assert.equal(person.path, '/sign-in/code');
        const [latest] = await activityStore.latestOfUser(database, tenant.scope, zoe.id);
        assert.equal(latest?.event.kind, 'signIn.codeAsked');
      });
    },
  );
}

describe('an attempt limit set by a tenant', async () => {
  const throttle = {
    perAccountAndAddress: { attempts: 3, windowMinutes: 15, blockMinutes: 15 },
    perAccount: { attempts: 50, windowMinutes: 60, blockMinutes: 60 },
    perAddress: { attempts: 100, windowMinutes: 15, blockMinutes: 15 },
    fixed: true,
  };
  const portal = await openPortal({ environment: withRules({ throttle }) });

  it('is ignored after the region fixes the limit', async () => {
    const tenant = await aTenant(portal, { language: 'en' });
    const zoe = await aUser(portal, tenant);
    await tenantsStore.setOwnRules(portal.database, tenant.scope, { attempts: 1 });
    const person = await aPerson(portal, english).visit('/sign-in');
    await person.submit('Next', { 'User name': zoe.username });
    for (const status of [422, 422, 422, 429])
      assert.equal((await person.send('POST', '/sign-in/password', { password: 'the wrong one' })).status, status);
  });
});
