import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillPath, paths } from '../../src/site/http/paths.ts';
import type { Route } from '../../src/site/http/routing.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, english, totpCode } from '../support/second-factor.ts';
import { dialectsOfRun } from '../support/dialects.ts';

for (const { dialect, databaseUrl, skip } of await dialectsOfRun())
  describe(`the account of a user with a pending step, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const portal = await openPortal(databaseUrl ? { databaseUrl } : {});
    const { knex } = portal.database;
    const tenant = await aTenant(portal, { language: 'en' });
    const strict = await aTenant(portal, { language: 'en' });
    await tenantsStore.setOwnRules(portal.database, strict.scope, { secondFactor: 'everybody' });
    const admin = { administratorLevel: 'global', language: 'en' } as const;
    const other = await aUser(portal, tenant, admin);
    const withFactor = await aSecondFactorUser(portal, await aUser(portal, tenant, admin));
    const changing = await aUser(portal, tenant, { ...admin, password: 'temporary' });
    const enrolling = await aUser(portal, strict, admin);

    // @returns the data of accounts and tenants. Sessions, throttles and the log are excluded, because they record the
    // requests themselves
    const account = async (): Promise<unknown> => {
      const tables = ['users', 'credentials', 'one_time_links', 'approvals', 'imports'];
      const rules = knex('tenants').orderBy('id').select('name', 'language', 'state', 'own_rules');
      return [await rules, ...(await Promise.all(tables.map((table) => knex(table).orderBy(1).select())))];
    };
    const addressOf = ({ path }: Route): string =>
      fillPath(path, { userId: other.id, importId: other.id, approvalId: other.id, grantId: other.id, token: 'a' });
    // Values that every route accepts, except that the code and the confirmation of the pending steps are wrong.
    const fields = {
      ...{ language: 'de', theme: 'dark', timeZone: 'Asia/Tokyo', returnTo: '/', epoch: '0', version: '1' },
      ...{ username: other.username, password: goodPassword, currentPassword: goodPassword, code: '000000' },
      ...{ newPassword: 'seven quiet otters nap', confirmPassword: 'differs', action: 'block', user: other.id },
    };

    for (const [step, path, user] of [
      ['a second factor code', paths.signInCode, withFactor.user],
      ['a forced password change', paths.changePassword, changing],
      ['the required setup of a second factor', paths.ownSecondFactor, enrolling],
    ] as const) {
      let person: Person | null = null;

      // @returns the user in the session of the previous test, or in a new session if that test ended it
      const beforeTheStep = async (): Promise<Person> => {
        await person?.visit(paths.dashboard);
        if (person?.path !== path) person = await aPerson(portal, english).signIn(user);
        assert.deepEqual([person.path, person.status], [path, 200]);
        return person;
      };

      for (const route of portal.routes)
        it(`is not changed by ${route.method} ${route.path} before ${step}`, async () => {
          const pending = await beforeTheStep();
          const before = await account();
          await pending.send(route.method, addressOf(route), fields);
          assert.deepEqual(await account(), before);
          await knex('throttles').delete();
        });
    }

    for (const [step, path, user, complete] of [
      [
        ...(['a second factor code', paths.signInCode, withFactor.user] as const),
        () => ({ code: totpCode(portal, withFactor.seed) }),
      ],
      [
        ...(['a forced password change', paths.changePassword, changing] as const),
        () => ({ newPassword: 'seven quiet otters nap', confirmPassword: 'seven quiet otters nap' }),
      ],
    ] as const)
      it(`does not store a selected language until after ${step}`, async () => {
        const languageOf = async (): Promise<unknown> =>
          (await usersStore.find(portal.database, tenant.scope, user.id))?.language;
        const person = await aPerson(portal, english).signIn(user);
        await person.submit('Deutsch');
        assert.deepEqual([person.path, person.$('html').attr('lang'), await languageOf()], [path, 'de', 'en']);
        assert.equal((await person.send('POST', path, complete())).status, 303);
        await person.visit(paths.dashboard);
        assert.equal(person.$('html').attr('lang'), 'de', 'this browser keeps the language');
        await person.submit('Français');
        assert.equal(await languageOf(), 'fr');
      });
  });
