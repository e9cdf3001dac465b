import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { aTenantWithHandover, openLink, resetByLink } from '../support/links.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, totpCode, english, recoveryCodesOn, seedOn } from '../support/second-factor.ts';
import { methods, spellings } from '../support/spellings.ts';
import { sendRaw, type RawResponse } from '../support/responses.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const portal = await openPortal();
const origin = await portal.listen();
const tenant = await aTenant(portal, { language: 'en' });
const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
// An administrator with every permission, so that only the second factor restricts the session.
const owner = await aSecondFactorUser(portal, await aUser(portal, tenant, { administratorLevel: 'global' }));
const strict = await aTenant(portal, { language: 'en', name: 'Strict' });
await portal.database
  .knex('tenants')
  .where({ id: strict.id })
  .update({ own_rules: '{"secondFactor":"administrators"}' });
const without = await aUser(portal, strict, { administratorLevel: 'billing' });

const addresses = [...new Set(portal.routes.map(({ path }) => path)), '/nonsense'];
const filled = (path: string): string =>
  path.replace(':userId', camille.id).replace(':token', 'a'.repeat(43)).replace(':importId', camille.id);
const fields = {
  ...{ code: '000000', currentPassword: goodPassword, newPassword: 'seven quiet otters nap', epoch: '0' },
  ...{ confirmPassword: 'seven quiet otters nap', username: camille.username, password: goodPassword, returnTo: '/' },
};

async function send(person: Person, method: string, path: string): Promise<RawResponse> {
  const headers = { Cookie: person.cookies(), 'Content-Type': 'application/x-www-form-urlencoded' };
  const form = new URLSearchParams({ _csrf: person.csrf, ...fields }).toString();
  return sendRaw(origin, path, {
    method,
    headers,
    ...(['GET', 'HEAD', 'OPTIONS'].includes(method) ? {} : { body: form }),
  });
}

const kept = async (): Promise<unknown> => {
  const { knex } = portal.database;
  return [await knex('users').orderBy('id'), await knex('credentials').orderBy('id')];
};

for (const [label, user, step] of [
  ['a session that still needs the second factor code', owner.user, paths.signInCode],
  ['a session that must set up a second factor', without, paths.ownSecondFactor],
] as const) {
  const open = new Set<string>([step, paths.signOut, paths.language, paths.theme, paths.region]);

  describe(label, () => {
    let person: Person | null = null;

    // @returns the user in the session of the previous test, or in a new session if that test ended it
    const beforeTheStep = async (): Promise<Person> => {
      await person?.visit(paths.dashboard);
      if (person?.path !== step) person = await aPerson(portal, english).signIn(user);
      assert.deepEqual([person.path, person.status], [step, 200]);
      return person;
    };

    for (const path of addresses) {
      it(`${path} ${open.has(path) ? 'is reachable' : `redirects to ${step} for every method and spelling`}`, async () => {
        const pending = await beforeTheStep();
        const before = await kept();
        for (const method of methods) {
          for (const [, spell] of open.has(path) ? [] : spellings) {
            const { status, headers } = await send(pending, method, spell(filled(path)));
            assert.deepEqual([status, headers.location], [303, step], `${method} ${spell(filled(path))}`);
          }
        }
        assert.deepEqual(await kept(), before);
        // Reset the throttle: wrong codes were counted.
        await portal.database.knex('throttles').delete();
      });
    }

    it('can sign out, and can change the language and theme without leaving the pending step', async () => {
      const person = await aPerson(portal, english).signIn(user);
      await person.submit('Français');
      assert.equal(person.path, step);
      await person.submit('Sombre');
      assert.equal(person.path, step);
      await person.submit('Se déconnecter');
      assert.equal((await person.visit(paths.dashboard)).path, paths.signIn);
    });
  });
}

describe('a second factor during sign-in', () => {
  it('must be set up after the forced password change if the rules require it', async () => {
    const user = await aUser(portal, strict, { administratorLevel: 'global', password: 'temporary' });
    const person = await aPerson(portal, english).signIn(user);
    assert.equal(person.path, paths.changePassword);
    assert.equal((await person.visit(paths.ownSecondFactor)).path, paths.changePassword);
    const fresh = { 'New password': 'seven quiet otters nap', 'Confirm new password': 'seven quiet otters nap' };
    await person.submit('Change password', fresh);
    assert.equal(person.path, paths.ownSecondFactor);
    person.sees('Two-step verification is required for your account: in addition to your password');
    assert.equal(person.$('.navigation').length, 0, 'no navigation is shown');
    await person.submit('Finish setup', { Code: totpCode(portal, seedOn(person)) });
    assert.equal(recoveryCodesOn(person).length, 10);
    await person.follow('I’ve saved my codes');
    assert.equal(person.path, paths.dashboard);
  });

  it('is requested after a one-time link, before the password change', async () => {
    const { tenant: linkTenant, admin } = await aTenantWithHandover(portal, 'link');
    const user = await aSecondFactorUser(portal, await aUser(portal, linkTenant));
    const person = await openLink(portal, await resetByLink(admin, user.user));
    assert.equal(person.path, paths.signInCode);
    assert.equal((await person.visit(paths.changePassword)).path, paths.signInCode);
    await person.submit('Sign in', { Code: totpCode(portal, user.seed) });
    assert.equal(person.path, paths.changePassword);
  });

  it('must be set up in open sessions from the next request after the rules require it', async () => {
    const user = await aUser(portal, tenant);
    const person = await aPerson(portal, english).signIn(user);
    const admin = await aPerson(portal, english).signIn(camille);
    const set = (own_rules: string) => portal.database.knex('tenants').where({ id: tenant.id }).update({ own_rules });
    await set('{"secondFactor":"administrators"}');
    assert.equal((await admin.visit(paths.users)).path, paths.ownSecondFactor);
    assert.equal((await person.visit(paths.myProfile)).path, paths.myProfile);
    await set('{"secondFactor":"everybody"}');
    assert.equal((await person.visit(paths.myProfile)).path, paths.ownSecondFactor);
    await set('{}');
    assert.equal((await person.visit(paths.myProfile)).path, paths.myProfile);
  });

  it('cannot be removed by its user if the rules require it', async () => {
    const required = await aSecondFactorUser(
      portal,
      await aUser(portal, strict, { administratorLevel: 'userManagement' }),
    );
    const { person } = required;
    await person.visit(paths.ownSecurity);
    person
      .sees('Two-step verification is required for your account, so you can’t remove your authenticator app.')
      .doesNotSee('Remove authenticator app');
    const proof = { currentPassword: goodPassword, code: totpCode(portal, required.seed) };
    assert.equal((await person.send('POST', paths.removeOwnSecondFactor, proof)).status, 403);
    assert.notEqual((await usersStore.find(portal.database, strict.scope, required.user.id))?.secondFactorAt, null);
  });

  it('must be entered within 15 minutes', async () => {
    const person = await aPerson(portal, english).signIn(owner.user);
    portal.clock.now += 14 * 60_000;
    assert.equal((await person.visit(paths.dashboard)).path, paths.signInCode);
    portal.clock.now += 60_000;
    assert.equal((await person.visit(paths.dashboard)).path, paths.signIn);
  });

  it('has a code page that is reachable only after the password and only if a code is required', async () => {
    const visitor = await aPerson(portal, english).visit(paths.signInCode);
    assert.equal(visitor.path, paths.signIn);
    assert.equal(
      (await visitor.send('POST', paths.signInCode, { code: totpCode(portal, owner.seed) })).headers.location,
      paths.signIn,
    );
    const person = await aPerson(portal, english).signIn(camille);
    assert.equal((await person.visit(paths.signInCode)).path, paths.dashboard);
  });
});
