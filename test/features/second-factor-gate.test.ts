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
// With every right there is: what holds them back is the second factor alone.
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
  ['while the code is not given', owner.user, paths.signInCode],
  ['while the rules require a set-up', without, paths.ownSecondFactor],
] as const) {
  const open = new Set<string>([step, paths.signOut, paths.language, paths.theme, paths.region]);

  describe(label, () => {
    for (const path of addresses) {
      it(`${path} ${open.has(path) ? 'answers as it is' : `leads to ${step} by every method and spelling`}`, async () => {
        const person = await aPerson(portal, english).signIn(user);
        assert.equal(person.path, step);
        const before = await kept();
        for (const method of methods) {
          for (const [, spell] of open.has(path) ? [] : spellings) {
            const { status, headers } = await send(person, method, spell(filled(path)));
            assert.deepEqual([status, headers.location], [303, step], `${method} ${spell(filled(path))}`);
          }
        }
        assert.deepEqual(await kept(), before);
        // Wrong codes were counted: each of these tests begins anew.
        await portal.database.knex('throttles').delete();
      });
    }

    it('the way out is open, and language and theme open nothing', async () => {
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

describe('the order of what is asked', () => {
  it('code, then the forced change, then the set-up that the rules require', async () => {
    const user = await aUser(portal, strict, { administratorLevel: 'global', password: 'temporary' });
    const person = await aPerson(portal, english).signIn(user);
    assert.equal(person.path, paths.changePassword);
    assert.equal((await person.visit(paths.ownSecondFactor)).path, paths.changePassword);
    const fresh = { 'New password': 'seven quiet otters nap', 'Confirm new password': 'seven quiet otters nap' };
    await person.submit('Change password', fresh);
    assert.equal(person.path, paths.ownSecondFactor);
    person.sees('The rules require a second factor of you');
    assert.equal(person.$('.navigation').length, 0, 'there is one thing to do');
    await person.submit('Confirm and set up', { Code: totpCode(portal, seedOn(person)) });
    assert.equal(recoveryCodesOn(person).length, 10);
    await person.follow('I have kept them');
    assert.equal(person.path, paths.dashboard);
  });

  it('a one-time link opens nothing but the code page, and behind it the change', async () => {
    const { tenant: company, admin } = await aTenantWithHandover(portal, 'link');
    const user = await aSecondFactorUser(portal, await aUser(portal, company));
    const person = await openLink(portal, await resetByLink(admin, user.user));
    assert.equal(person.path, paths.signInCode);
    assert.equal((await person.visit(paths.changePassword)).path, paths.signInCode);
    await person.submit('Sign in', { Code: totpCode(portal, user.seed) });
    assert.equal(person.path, paths.changePassword);
  });

  it('rules that become stricter lead open sessions to the set-up at the next request', async () => {
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

  it('where the rules require one, its owner cannot remove it, by page or by form', async () => {
    const required = await aSecondFactorUser(
      portal,
      await aUser(portal, strict, { administratorLevel: 'userManagement' }),
    );
    const { person } = required;
    await person.visit(paths.ownSecurity);
    person.sees('In the region Worldwide, the rules').doesNotSee('Remove the second factor');
    const proof = { currentPassword: goodPassword, code: totpCode(portal, required.seed) };
    assert.equal((await person.send('POST', paths.removeOwnSecondFactor, proof)).status, 403);
    assert.notEqual((await usersStore.find(portal.database, strict.scope, required.user.id))?.secondFactorAt, null);
  });

  it('a session that owes the code ends after a quarter of an hour', async () => {
    const person = await aPerson(portal, english).signIn(owner.user);
    portal.clock.now += 14 * 60_000;
    assert.equal((await person.visit(paths.dashboard)).path, paths.signInCode);
    portal.clock.now += 60_000;
    assert.equal((await person.visit(paths.dashboard)).path, paths.signIn);
  });

  it('nobody reaches the code page without the password, or with nothing to give', async () => {
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
