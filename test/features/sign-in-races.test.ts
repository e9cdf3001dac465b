import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { anInterruptedHasher } from '../support/interrupted-hasher.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };

describe('changes while a password is being verified', async () => {
  const { hasher, duringNextVerify, assertVerified } = anInterruptedHasher();
  const portal = await openPortal({ hasher });
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { administratorLevel: 'global' });
  const admin = await aPerson(portal, english).signIn(camille);
  const address = ({ id }: TestUser): string => `/account-settings/user-management/${id}`;

  for (const [label, path] of [
    ['the password is reset', '/reset-password'],
    ['the user is blocked', '/block'],
    ['the user is deleted', '/delete'],
  ] as const) {
    it(`make the sign-in fail: ${label}`, async () => {
      const zoe = await aUser(portal, tenant);
      duringNextVerify(async () => {
        const answer = await admin.send('POST', `${address(zoe)}${path}`, { epoch: String(zoe.epoch) });
        assert.ok([200, 303].includes(answer.status));
      });
      const person = await aPerson(portal, english).signIn(zoe);
      assertVerified();
      assert.equal(person.path === '/dashboard', false);
      assert.equal((await person.visit('/my-profile')).path, '/sign-in');
    });
  }

  it('make the sign-in fail if the tenant is suspended', async () => {
    const closing = await aTenant(portal);
    const zoe = await aUser(portal, closing);
    duringNextVerify(() => tenantsStore.setState(portal.database, closing.id, 'suspended'));
    const person = await aPerson(portal, english).signIn(zoe);
    assert.equal((await person.visit('/my-profile')).path, '/sign-in');
  });

  it('make a password change fail if the password has been reset', async () => {
    const zoe = await aUser(portal, tenant);
    const person = await aPerson(portal, english).signIn(zoe);
    duringNextVerify(() => admin.send('POST', `${address(zoe)}/reset-password`, { epoch: String(zoe.epoch) }));
    const chosen = { newPassword: 'seven quiet otters nap', confirmPassword: 'seven quiet otters nap' };
    const answer = await person.send('POST', '/my-profile/password', { currentPassword: zoe.clearPassword, ...chosen });
    assert.equal(answer.status, 409);
    assert.equal((await usersStore.find(portal.database, tenant.scope, zoe.id))?.password, 'temporary');
    assert.equal((await person.visit('/my-profile')).path, '/sign-in');
  });
});
