import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Database } from '../../src/platform/database/database.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { page } from '../../src/core/accounts/stores/users.list.store.ts';
import { findNumbers } from '../../src/core/accounts/stores/users.search.store.ts';
import { postgres } from '../support/services.ts';
import { hostileNames } from './hostile-names.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const allUsers = { level: null, status: null, sort: 'name', descending: false, from: null } as const;
const ownIndex = { rowsPerStep: 1, maxCandidates: 10_000, candidatesPerQuery: 500 };

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the search index on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const namesFor = async (scope: Scope, search: string, own: Database = database): Promise<string[]> => {
      const users = await page(own, scope, { ...allUsers, search }, ownIndex);
      return users.map(({ displayName }) => displayName);
    };
    const named = (displayName: string, overrides: Parameters<typeof newUser>[0] = {}) =>
      newUser({ displayName, firstName: '', lastName: '', ...overrides });
    const count = async (): Promise<number> => {
      const [row] = await database.knex('users_search').count<{ count: number }[]>({ count: '*' });
      return Number(row?.count);
    };

    test('is updated when a name changes', async () => {
      const scope = await newTenant(database);
      const user = named('Zoé Besson');
      await usersStore.insert(database, scope, user);
      await usersStore.update(database, scope, user.id, { ...user, displayName: 'Zoé Ångström' });
      assert.deepEqual(await namesFor(scope, 'zoe'), ['Zoé Ångström']);
      assert.deepEqual(await namesFor(scope, 'angstrom'), ['Zoé Ångström']);
      assert.deepEqual(await findNumbers(database, scope.tenant.id, ['besson'], 10), []);
      await usersStore.update(database, await newTenant(database), user.id, { ...user, displayName: 'Stranger' });
      assert.deepEqual(await namesFor(scope, 'zoe'), ['Zoé Ångström']);
    });

    test('keeps a deleted user until the user is erased', async () => {
      const scope = await newTenant(database);
      const user = named('Going');
      await usersStore.insert(database, scope, user);
      await usersStore.setState(database, scope, user.id, 'deleted', start);
      assert.deepEqual(await namesFor(scope, 'going'), []);
      await usersStore.restore(database, scope, user.id);
      assert.deepEqual(await namesFor(scope, 'going'), ['Going']);
      const entries = await count();
      await database.knex('users').where({ id: user.id }).delete();
      assert.equal(await count(), entries - 1);
      assert.deepEqual(await findNumbers(database, scope.tenant.id, ['going'], 10), []);
    });

    test('is written in the same transaction as the users, in batches of any size', async () => {
      const scope = await newTenant(database);
      const many = Array.from({ length: 950 }, (_, index) => named(`Nr${index}`));
      await usersStore.insertMany(database, scope, many);
      assert.deepEqual(await namesFor(scope, 'nr949'), ['Nr949']);
      await usersStore.insertMany(database, scope, []);
      const entries = await count();
      const twice = [named('Never'), { ...named('Never'), username: many[0]!.username }];
      await assert.rejects(usersStore.insertMany(database, scope, twice));
      assert.equal(await count(), entries);
      assert.deepEqual(await namesFor(scope, 'never'), []);
    });

    test('accepts any name and any search text', async () => {
      const scope = await newTenant(database);
      const long = ['ﷺ', '𠮷', '漢', 'a', '김각힣'].map((letters) => letters.repeat(200 / letters.length));
      await usersStore.insertMany(
        database,
        scope,
        [...hostileNames, ...long].map((name) => named(name)),
      );
      for (const search of [...hostileNames, ...long, '"', '*', 'AND', 'NEAR(a b)', 'a:b', "'a':*", '& | !', '\\'])
        assert.ok((await namesFor(scope, search)).length <= hostileNames.length);
    });

    test('never returns users of another tenant, even if their ids end with the same characters', async () => {
      const [ours, theirs] = [await newTenant(database), await newTenant(database)];
      const twin = `${randomUUID().slice(0, -4)}${ours.tenant.id.slice(-4)}`;
      await tenantsStore.insert(database, {
        ...ours.tenant,
        id: twin,
        state: 'active',
        createdAt: start,
        domains: [twin],
      });
      const scopes = [ours, theirs, { ...ours, tenant: { ...ours.tenant, id: twin } }];
      for (const [index, scope] of scopes.entries()) await usersStore.insert(database, scope, named(`Shared ${index}`));
      for (const [index, scope] of scopes.entries())
        assert.deepEqual(await namesFor(scope, 'shared'), [`Shared ${index}`]);
    });

    test('returns null if a search has too many matches', async () => {
      const scope = await newTenant(database);
      await usersStore.insertMany(
        database,
        scope,
        Array.from({ length: 300 }, (_, index) => named(index < 5 ? 'Few Common' : 'Common')),
      );
      assert.equal((await findNumbers(database, scope.tenant.id, ['few'], 100))?.length, 5);
      assert.equal((await findNumbers(database, scope.tenant.id, ['common', 'few'], 100))?.length, 5);
      assert.equal(await findNumbers(database, scope.tenant.id, ['few'], 4), null);
      assert.equal(await findNumbers(database, scope.tenant.id, ['common'], 100), null);
      assert.equal((await findNumbers(database, scope.tenant.id, ['common'], 1_000))?.length, 300);
    });
  });
}
