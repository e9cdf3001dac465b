import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Scope } from '../../src/domain/scope.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as movingStore from '../../src/core/moving/moving.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the version of a user on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    type Write = (scope: Scope, user: ReturnType<typeof newUser>) => Promise<unknown>;

    const later = start + 5;
    const rowOf = ({ id }: { id: string }) =>
      database.knex('users').where({ id }).first<{ version: number; updated_at: number }>('version', 'updated_at');
    const versionOf = async (user: { id: string }): Promise<number> => (await rowOf(user)).version;

    const increasing: Readonly<Record<string, Write>> = {
      'an edit of one field': (scope, { id }) => usersStore.update(database, scope, id, { agentLevel: 'sales' }),
      'a block': (scope, { id }) => usersStore.setState(database, scope, id, 'blocked', later),
      'a deletion': (scope, { id }) => usersStore.setState(database, scope, id, 'deleted', later),
      'a change of language by the user': (scope, { id }) => usersStore.setLanguage(database, scope, id, 'de'),
      'an imported row': (scope, user) => usersBatchStore.updateMany(database, scope, [{ ...user, firstName: 'Zo' }]),
      'a move to a region that does not offer the language': (scope) =>
        movingStore.replaceLanguages(database, scope.tenant.id, { languages: ['de'], defaultLanguage: 'de' }, later),
    };
    for (const [label, write] of Object.entries(increasing)) {
      test(`increases with ${label}, together with updated_at, only for that user`, async () => {
        const scope = await newTenant(database);
        const [user, bystander] = [newUser({ language: 'fr' }), newUser()];
        await usersStore.insertMany(database, scope, [user, bystander]);
        assert.equal(await versionOf(user), 1);
        await write({ ...scope, now: later }, user);
        assert.deepEqual(await rowOf(user), { version: 2, updated_at: later });
        assert.deepEqual(await rowOf(bystander), { version: 1, updated_at: start });
      });
    }

    test('increases with a restore', async () => {
      const scope = await newTenant(database);
      const user = newUser({ state: 'deleted', deletedAt: start });
      await usersStore.insert(database, scope, user);
      await usersStore.restore(database, { ...scope, now: later }, user.id);
      assert.deepEqual(await rowOf(user), { version: 2, updated_at: later });
    });

    test('stays the same when a password is replaced', async () => {
      const scope = await newTenant(database);
      const user = newUser();
      await usersStore.insert(database, scope, user);
      const password = { kind: 'temporary', hash: 'second hash', until: start, by: null, at: start } as const;
      assert.equal(await credentialsStore.replace(database, scope, user.id, 0, password), true);
      assert.equal(await versionOf(user), 1);
    });

    test('increases with each update, which leaves the other fields unchanged', async () => {
      const scope = await newTenant(database);
      const user = newUser();
      await usersStore.insert(database, scope, user);
      await usersStore.update(database, scope, user.id, { language: 'de' });
      await usersStore.update(database, scope, user.id, { firstName: 'Zo' });
      const now = await usersStore.find(database, scope, user.id);
      assert.deepEqual([now?.language, now?.firstName, now?.lastName], ['de', 'Zo', user.lastName]);
      assert.equal(await versionOf(user), 3);
    });
  });
}
