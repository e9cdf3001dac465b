import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { sendRaw } from '../support/responses.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { userRowOf } from '../support/credentials.ts';

const english = { 'Accept-Language': 'en' };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const chosen = 'seven quiet otters nap';
const formOf = (newPassword: string) => ({ newPassword, confirmPassword: newPassword });

async function change(person: Person, to = chosen): Promise<Person> {
  return person.submit('Change password', { 'New password': to, 'Confirm new password': to });
}

interface PasswordRow {
  readonly password: 'own' | 'temporary';
  readonly temporary_until: number | null;
  readonly epoch: number;
}

describe('a temporary password', async () => {
  const portal = await openPortal();
  const origin = await portal.listen();
  const tenant = await aTenant(portal, { language: 'en' });
  const pending = () => aUser(portal, tenant, { password: 'temporary' });
  const signedIn = (user: TestUser) => aPerson(portal, english).signIn(user);
  const rowOf = ({ id }: TestUser) => userRowOf<PasswordRow>(portal.database, id);

  it("expires exactly when the region's validity period ends", async () => {
    const zoe = await pending();
    portal.clock.now = zoe.temporaryUntil! - 1;
    const early = await signedIn(zoe);
    assert.equal(early.path, '/change-password');
    portal.clock.now += 1;
    assert.equal((await signedIn(zoe)).status, 422);
    assert.equal((await change(early)).path, '/sign-in');
    assert.equal((await rowOf(zoe)).password, 'temporary');
  });

  it('is valid for 72 hours worldwide and for 24 hours in Germany', async () => {
    for (const [environment, hours] of [
      [{}, 72],
      [{ REGION: 'germany' }, 24],
    ] as const) {
      const region = await openPortal({ environment });
      const there = await aTenant(region);
      const [admin, user] = [await aUser(region, there, { administratorLevel: 'global' }), await aUser(region, there)];
      const person = await aPerson(region).signIn(admin);
      await person.visit(`/account-settings/user-management/${user.id}/reset-password`);
      await person.submit('Réinitialiser le mot de passe');
      const kept = await usersStore.find(region.database, there.scope, user.id);
      assert.equal(kept?.temporaryUntil, region.clock.now + hours * hourMs);
    }
  });

  it('is invalid after its first use', async () => {
    const zoe = await pending();
    await change(await signedIn(zoe));
    assert.equal((await signedIn(zoe)).status, 422);
    assert.equal((await rowOf(zoe)).temporary_until, null);
    assert.equal((await signedIn({ ...zoe, clearPassword: chosen })).path, '/dashboard');
  });

  it('is invalidated by a newer one', async () => {
    const zoe = await pending();
    const early = await signedIn(zoe);
    const admin = await signedIn(await aUser(portal, tenant, { administratorLevel: 'global' }));
    await admin.visit(`/account-settings/user-management/${zoe.id}/reset-password`);
    await admin.submit('Reset password');
    const newer = admin.$('output#temporary-password').text();
    assert.equal((await signedIn(zoe)).status, 422);
    assert.equal((await change(early)).path, '/sign-in');
    assert.equal((await signedIn({ ...zoe, clearPassword: newer })).path, '/change-password');
  });

  it('gives access to the password change for 15 minutes', async () => {
    const zoe = await pending();
    const person = await signedIn(zoe);
    portal.clock.now += 10 * minuteMs;
    assert.equal((await person.visit('/change-password')).path, '/change-password');
    portal.clock.now += 5 * minuteMs - 1;
    assert.equal((await person.visit('/change-password')).path, '/change-password');
    portal.clock.now += 1;
    assert.equal((await change(person)).path, '/sign-in');
    assert.equal((await rowOf(zoe)).password, 'temporary');
    const again = await change(await signedIn(zoe));
    portal.clock.now += 20 * minuteMs;
    assert.equal((await again.visit('/my-profile')).path, '/my-profile');
  });

  it('can be used in several browsers until changing the password in one signs out the others', async () => {
    const zoe = await pending();
    const [first, second, third] = [await signedIn(zoe), await signedIn(zoe), await signedIn(zoe)];
    const before = second.cookies();
    assert.equal((await change(second)).path, '/dashboard');
    assert.equal((await sendRaw(origin, '/dashboard', { headers: { Cookie: before } })).headers.location, '/sign-in');
    assert.equal((await change(first, goodPassword)).path, '/sign-in');
    assert.equal((await third.visit('/change-password')).path, '/sign-in');
    assert.equal((await signedIn({ ...zoe, clearPassword: chosen })).path, '/dashboard');
  });

  it('cannot be replaced again with the same form after the Back button is used', async () => {
    const zoe = await pending();
    const person = await signedIn(zoe);
    const { csrf } = person;
    await change(person);
    const before = await rowOf(zoe);
    assert.equal((await person.send('POST', '/change-password', formOf(goodPassword), { csrf })).status, 403);
    const renewed = await person.send('POST', '/change-password', formOf(goodPassword));
    assert.equal(renewed.headers.location, '/dashboard');
    assert.equal((await person.visit('/change-password')).path, '/dashboard');
    assert.deepEqual(await rowOf(zoe), before);
  });

  it('is replaced once when the form is submitted five times concurrently', async () => {
    const zoe = await pending();
    const person = await signedIn(zoe);
    const passwords = [1, 2, 3, 4, 5].map((each) => `${chosen}, number ${each}`);
    const answers = await Promise.all(
      passwords.map((password) => person.send('POST', '/change-password', formOf(password))),
    );
    const winners = passwords.filter((_, index) => answers[index]!.headers.location === '/dashboard');
    const { password_hash: hash, epoch } = await rowOf(zoe);
    const kept = await Promise.all(passwords.map((password) => portal.hasher.verify(hash, password)));
    assert.equal(epoch, zoe.epoch + 1);
    assert.deepEqual(
      passwords.filter((_, index) => kept[index]),
      winners,
    );
    assert.equal(winners.length, 1);
  });
});
