import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { choosePassword } from '../support/links.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, totpCode } from '../support/second-factor.ts';
import { dialectsOfRun } from '../support/dialects.ts';
import {
  anAddress,
  aTemporaryPassword,
  onPasswordPage,
  attackFromAddress,
  attackUsername,
  behindProxy,
  countOf,
  statusesOf,
} from '../support/password-attacks.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const maxPerAddress = 250;
const quarterSeconds = 15 * 60;
const garbage = (count: number): string[] => Array.from({ length: count }, aTemporaryPassword);

for (const { dialect, databaseUrl, skip } of await dialectsOfRun()) {
  describe(`a temporary password under attack, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const portal = await openPortal({ ...behindProxy, ...(databaseUrl ? { databaseUrl } : {}) });
    const tenant = await aTenant(portal, { language: 'en' });
    const aNewcomer = () => aUser(portal, tenant, { password: 'temporary' });

    it('works while the user name is attacked from many addresses, including the password change', async () => {
      const zoe = await aNewcomer();
      const attacked = await attackUsername(portal, zoe.username);
      assert.deepEqual([countOf(attacked, 422), countOf(attacked, 429)], [50, 10]);
      const person = await onPasswordPage(portal, anAddress(), zoe.username);
      await person.submit('Sign in', { Password: zoe.clearPassword });
      assert.equal(person.path, '/change-password', person.text);
      assert.equal(countOf(await attackUsername(portal, zoe.username), 429), 60);
      assert.equal((await choosePassword(person)).path, '/dashboard', person.text);
      await attackUsername(portal, zoe.username);
      assert.equal((await person.visit('/my-profile')).path, '/my-profile');
      await person.submit('Sign out');
      await person.signIn({ ...zoe, clearPassword: 'seven quiet otters nap' });
      assert.equal(person.path, '/dashboard', 'the browser is known now');
    });

    it('works in every accepted spelling while the user name is attacked', async () => {
      const zoe = await aNewcomer();
      await attackUsername(portal, zoe.username);
      const spelled = [zoe.clearPassword.toLowerCase(), ` ${zoe.clearPassword.replaceAll('-', ' ')} `];
      for (const password of [...spelled, zoe.clearPassword.replaceAll('-', '–')]) {
        const person = await onPasswordPage(portal, anAddress(), zoe.username);
        assert.deepEqual(await statusesOf(person, [password]), [303], password);
      }
    });

    it('works from an address that sent 104 wrong passwords for other users', async () => {
      const office = anAddress();
      const attacked = await attackFromAddress(portal, office);
      // Two attempts for the last user name are still within the limit of the address.
      assert.deepEqual([countOf(attacked, 422), countOf(attacked, 429)], [102, 2]);
      const zoe = await aNewcomer();
      const person = await onPasswordPage(portal, office, zoe.username);
      await person.submit('Sign in', { Password: zoe.clearPassword });
      assert.equal((await choosePassword(person)).path, '/dashboard', person.text);
    });

    it('works after the user was blocked for mistyping it in another format', async () => {
      const zoe = await aNewcomer();
      const person = await onPasswordPage(portal, anAddress(), zoe.username);
      const mistyped = Array.from({ length: 6 }, () => zoe.clearPassword.slice(1));
      assert.deepEqual(await statusesOf(person, mistyped), [422, 422, 422, 422, 422, 429]);
      assert.deepEqual(await statusesOf(person, [zoe.clearPassword]), [303]);
    });

    it('works together with a second factor', async () => {
      const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
      const admin = await onPasswordPage(
        portal,
        anAddress(),
        (await aUser(portal, tenant, { administratorLevel: 'global' })).username,
      );
      await admin.submit('Sign in', { Password: goodPassword });
      await admin.visit(`/account-settings/user-management/${owner.user.id}/reset-password`);
      await admin.submit('Reset password');
      const clearPassword = admin.$('output#temporary-password').text();
      await attackUsername(portal, owner.user.username);
      const person = await onPasswordPage(portal, anAddress(), owner.user.username);
      await person.submit('Sign in', { Password: clearPassword });
      assert.equal(person.path, '/sign-in/code', person.text);
      await attackUsername(portal, owner.user.username);
      await person.submit('Sign in', { Code: totpCode(portal, owner.seed) });
      assert.equal(person.path, '/change-password', person.text);
      assert.equal((await choosePassword(person)).path, '/dashboard', person.text);
    });

    it('allows 250 guesses per 15 minutes and address, and still works from other addresses', async () => {
      const [zoe, noah] = [await aNewcomer(), await aNewcomer()];
      const camille = await aUser(portal, tenant);
      const office = anAddress();
      const attacker = await onPasswordPage(portal, office, zoe.username);
      assert.equal(countOf(await statusesOf(attacker, garbage(maxPerAddress - 1)), 422), maxPerAddress - 1);
      const colleague = await onPasswordPage(portal, office, noah.username);
      assert.deepEqual(
        await statusesOf(colleague, [noah.clearPassword]),
        [303],
        'the limit leaves room for a colleague',
      );
      assert.deepEqual(await statusesOf(attacker, garbage(1)), [422]);
      const refused = await attacker.send('POST', '/sign-in/password', { password: aTemporaryPassword() });
      assert.equal(refused.status, 429);
      const retryAfter = Number(refused.headers['retry-after']);
      assert.ok(retryAfter > quarterSeconds - 10 && retryAfter <= quarterSeconds, String(retryAfter));
      const late = await onPasswordPage(portal, office, noah.username);
      assert.deepEqual(await statusesOf(late, [noah.clearPassword]), [429]);
      const throttled = portal.database.knex('activity').where({ kind: 'signIn.throttled', target_id: zoe.id });
      assert.equal((await throttled).length, 1, 'one entry per block');
      for (const [username, password, from] of [
        [zoe.username, zoe.clearPassword, anAddress()],
        [camille.username, goodPassword, office],
      ] as const) {
        const person = await onPasswordPage(portal, from, username);
        assert.deepEqual(await statusesOf(person, [password]), [303], username);
      }
    });

    it('causes at most 50 entries in the activity log, however often it is guessed', async () => {
      const zoe = await aNewcomer();
      for (const address of [anAddress(), anAddress()]) {
        await statusesOf(await onPasswordPage(portal, address, zoe.username), garbage(40));
      }
      const person = await onPasswordPage(portal, anAddress(), zoe.username);
      assert.deepEqual(await statusesOf(person, [zoe.clearPassword]), [303]);
      const entries = await portal.database.knex('activity').where({ target_id: zoe.id }).select('kind');
      const kinds = entries.map(({ kind }: { kind: string }) => kind);
      assert.equal(kinds.filter((kind) => kind === 'signIn.failed').length, 50);
      assert.equal(kinds.filter((kind) => kind === 'signIn.succeeded').length, 1);
    });

    it("is not subject to the tenant's own attempt limit", async () => {
      const strict = await aTenant(portal, { language: 'en' });
      await tenantsStore.setOwnRules(portal.database, strict.scope, { attempts: 1 });
      const zoe = await aUser(portal, strict, { password: 'temporary' });
      const person = await onPasswordPage(portal, anAddress(), zoe.username);
      assert.deepEqual(await statusesOf(person, ['wrong one', 'wrong two']), [422, 429]);
      assert.equal(countOf(await statusesOf(person, garbage(20)), 422), 20);
      assert.deepEqual(await statusesOf(person, [zoe.clearPassword]), [303]);
    });
  });
}
