import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aTenantWithHandover, choosePassword, openLink, resetByLink } from '../support/links.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, totpCode, english, confirmationFields, signInByCode } from '../support/second-factor.ts';

const minuteMs = 60_000;

describe('the authentication methods and the time stored in a session', async () => {
  const portal = await openPortal();
  const { knex } = portal.database;
  const tenant = await aTenant(portal, { language: 'en' });
  const user = (): Promise<TestUser> => aUser(portal, tenant);
  const owner = async () => aSecondFactorUser(portal, await user());
  const latest = ({ id }: TestUser): Promise<{ amr: string; auth_time: number }> =>
    knex('user_sessions').where({ user_id: id }).orderBy('created_at', 'desc').first('amr', 'auth_time');
  const renew = (person: Person, code: string): Promise<Person> =>
    person.visit(paths.ownRecoveryCodes).then(() => person.submit('Generate new codes', confirmationFields(code)));

  /** Each function signs a user in and returns that user with the expected time. Steps are a minute apart. */
  const table: [label: string, signIn: () => Promise<[TestUser, number]>, amr: string][] = [
    [
      'a password',
      async () => {
        const zoe = await user();
        await aPerson(portal, english).signIn(zoe);
        return [zoe, portal.clock.now];
      },
      'pwd',
    ],
    [
      'a password, before the code has been entered',
      async () => {
        const { user: zoe } = await owner();
        await aPerson(portal, english).signIn(zoe);
        const at = portal.clock.now;
        portal.clock.now += minuteMs;
        return [zoe, at];
      },
      'pwd',
    ],
    [
      'a temporary password that has been replaced',
      async () => {
        const zoe = await aUser(portal, tenant, { password: 'temporary' });
        const person = await aPerson(portal, english).signIn(zoe);
        const at = portal.clock.now;
        portal.clock.now += minuteMs;
        await choosePassword(person);
        return [zoe, at];
      },
      'pwd',
    ],
    [
      'a password, entered again to change it',
      async () => {
        const zoe = await user();
        const person = await aPerson(portal, english).signIn(zoe);
        portal.clock.now += minuteMs;
        const typed = { 'New password': 'seven quiet otters nap', 'Confirm new password': 'seven quiet otters nap' };
        await person.visit(paths.ownPassword);
        await person.submit('Change password', { 'Current password': goodPassword, ...typed });
        assert.equal(person.path, paths.myProfile, person.text);
        return [zoe, portal.clock.now];
      },
      'pwd',
    ],
    [
      'a password and an authenticator code',
      async () => {
        const zoe = await owner();
        const person = await aPerson(portal, english).signIn(zoe.user);
        portal.clock.now += minuteMs;
        await person.submit('Sign in', { Code: totpCode(portal, zoe.seed) });
        assert.equal(person.path, paths.dashboard);
        return [zoe.user, portal.clock.now];
      },
      'pwd otp mfa',
    ],
    [
      'a password and a recovery code',
      async () => {
        const zoe = await owner();
        const person = await aPerson(portal, english).signIn(zoe.user);
        await person.submit('Use recovery code', { 'Recovery code': zoe.recoveryCodes[0] ?? '' });
        assert.equal(person.path, paths.dashboard);
        return [zoe.user, portal.clock.now];
      },
      'pwd recovery mfa',
    ],
    [
      'a password, with a second factor set up in the same session',
      async () => {
        const { user: zoe } = await owner();
        return [zoe, portal.clock.now - minuteMs];
      },
      'pwd otp mfa',
    ],
    [
      'a password and an authenticator code, both entered again for new recovery codes',
      async () => {
        const zoe = await owner();
        const person = await signInByCode(portal, zoe);
        await renew(person, totpCode(portal, zoe.seed));
        return [zoe.user, portal.clock.now];
      },
      'pwd otp mfa',
    ],
    [
      'a one-time link',
      async () => {
        const { tenant: other, admin } = await aTenantWithHandover(portal, 'link');
        const zoe = await aUser(portal, other);
        await choosePassword(await openLink(portal, await resetByLink(admin, zoe)));
        return [zoe, portal.clock.now];
      },
      'link',
    ],
    [
      'a one-time link and an authenticator code',
      async () => {
        const { tenant: other, admin } = await aTenantWithHandover(portal, 'link');
        const zoe = await aSecondFactorUser(portal, await aUser(portal, other));
        const person = await openLink(portal, await resetByLink(admin, zoe.user));
        await person.submit('Sign in', { Code: totpCode(portal, zoe.seed) });
        return [zoe.user, portal.clock.now];
      },
      'link otp mfa',
    ],
  ];
  for (const [label, signIn, amr] of table) {
    it(`are recorded after a sign-in with ${label}`, async () => {
      const [who, at] = await signIn();
      assert.deepEqual(await latest(who), { amr, auth_time: at });
    });
  }

  it('do not change after a wrong authenticator code', async () => {
    const zoe = await owner();
    const person = await aPerson(portal, english).signIn(zoe.user);
    const before = await latest(zoe.user);
    portal.clock.now += minuteMs;
    await person.submit('Sign in', { Code: '000000' });
    assert.deepEqual(await latest(zoe.user), before);
  });

  it('do not change after a wrong code for new recovery codes', async () => {
    const zoe = await owner();
    const person = await signInByCode(portal, zoe);
    const before = await latest(zoe.user);
    await renew(person, '000000');
    assert.deepEqual(await latest(zoe.user), before);
  });
});
