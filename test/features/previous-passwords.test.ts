import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { credentialsStore } from '../../src/core/accounts/index.ts';
import { normalizePassword } from '../../src/domain/people/password.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };
const reused = 'You’ve used this password before. Choose a different one.';
const first = 'seven quiet otters nap';
const second = 'vingt colibris au balcon';
const temporary = 'ABCD-EFGH-JKLM-NPQR-2345';

const portal = await openPortal();
const tenant = await aTenant(portal, { language: 'en' });

async function changeOwn(person: Person, currentPassword: string, newPassword: string): Promise<void> {
  await person.visit(paths.ownPassword);
  const typed = { 'Current password': currentPassword, 'New password': newPassword };
  await person.submit('Change password', { ...typed, 'Confirm new password': newPassword });
}

/** Resets the user's password as an administrator does. @returns the user, who signs in with a temporary password */
async function reset(user: TestUser, epoch: number): Promise<Person> {
  const at = portal.clock.now;
  const hash = await portal.hasher.hash(temporary);
  const stored = { kind: 'temporary', hash, at, until: at + 60_000, by: 'Camille' } as const;
  assert.ok(await credentialsStore.replace(portal.database, tenant.scope, user.id, epoch, stored));
  return aPerson(portal, english).signIn({ ...user, clearPassword: temporary });
}

const changeForced = (person: Person, to: string): Promise<Person> =>
  person.submit('Change password', { 'New password': to, 'Confirm new password': to });

describe('the last password that a user chose', () => {
  const spellings: [label: string, spelled: string][] = [
    ['as it was', goodPassword],
    ['with decomposed letters', goodPassword.normalize('NFD')],
  ];
  for (const [label, spelled] of spellings) {
    it(`is refused after a reset, ${label}`, async () => {
      const user = await aUser(portal, tenant);
      const person = await reset(user, user.epoch);
      await changeForced(person, spelled);
      assert.equal(person.status, 422);
      person.sees(reused);
      await changeForced(person, first);
      assert.equal(person.path, '/dashboard');
    });
  }

  it('is refused after a change, until the password has been changed again', async () => {
    const user = await aUser(portal, tenant);
    const person = await aPerson(portal, english).signIn(user);
    await changeOwn(person, goodPassword, first);
    await changeOwn(person, first, goodPassword);
    assert.equal(person.status, 422);
    person.sees(reused);
    await changeOwn(person, first, second);
    await changeOwn(person, second, goodPassword);
    assert.equal(person.path, '/my-profile');
    assert.equal(normalizePassword(goodPassword), goodPassword);
  });
});

describe('the well-known URL for changing passwords', () => {
  it('leads signed-in users to the form', async () => {
    const person = await aPerson(portal, english).signIn(await aUser(portal, tenant));
    assert.equal((await person.visit('/.well-known/change-password')).path, paths.ownPassword);
  });

  it('leads users with a temporary password to the form that replaces it', async () => {
    const person = await reset(await aUser(portal, tenant), 0);
    assert.equal((await person.visit('/.well-known/change-password')).path, paths.changePassword);
  });

  it('leads visitors to the sign-in page, and then to the form', async () => {
    const user = await aUser(portal, tenant);
    const person = await aPerson(portal, english).visit('/.well-known/change-password');
    assert.equal(person.path, paths.signIn);
    await person.submit('Next', { 'User name': user.username });
    await person.submit('Sign in', { Password: goodPassword });
    assert.equal(person.path, paths.ownPassword);
  });

  it('does not match unknown well-known URLs', async () => {
    assert.equal((await aPerson(portal, english).visit('/.well-known/resource-that-should-not-exist')).status, 404);
  });
});
