import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { usersPerBatch } from '../../src/core/accounts/stores/users.batch.store.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open } from './databases.ts';
import { hostileNames } from './hostile-names.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`batches of users on ${dialect}`, { skip }, async () => {
    const { database } = skip ? ({} as Awaited<ReturnType<typeof open>>) : await open(config);

    test('are inserted with arbitrary names', async () => {
      const scope = await newTenant(database);
      const many = hostileNames.map((displayName) => newUser({ displayName, firstName: displayName }));
      await usersStore.insertMany(database, scope, many);
      for (const { id, displayName } of many)
        assert.equal((await usersStore.find(database, scope, id))?.displayName, displayName);
    });

    test('are inserted completely or not at all', async () => {
      const scope = await newTenant(database);
      const many = Array.from({ length: 250 }, () => newUser());
      const twice = [...many, newUser({ username: many[0]!.username })];
      await assert.rejects(database.transaction((tx) => usersStore.insertMany(tx, scope, twice)));
      assert.deepEqual(await usersBatchStore.listAfter(database, scope, ''), []);
    });

    test('are updated individually, without affecting other users or tenants', async () => {
      const [scope, other] = [await newTenant(database), await newTenant(database)];
      const many = Array.from({ length: 230 }, () => newUser());
      const bystander = newUser();
      await usersStore.insertMany(database, scope, [...many, bystander]);
      const foreign = newUser();
      await usersStore.insert(database, other, foreign);
      const changes = [...many, foreign].map((user, index) => ({
        ...user,
        displayName: `Élodie ${index}`,
        language: index % 2 ? ('fr' as const) : null,
        agentLevel: 'helpdesk' as const,
      }));
      await usersBatchStore.updateMany(database, scope, changes);
      for (const { id, displayName, language } of changes.slice(0, 230)) {
        const user = await usersStore.find(database, scope, id);
        assert.deepEqual([user?.displayName, user?.language, user?.agentLevel], [displayName, language, 'helpdesk']);
      }
      assert.equal((await usersStore.find(database, scope, bystander.id))?.displayName, bystander.displayName);
      assert.equal((await usersStore.find(database, other, foreign.id))?.displayName, foreign.displayName);
      const found = await usersStore.page(database, scope, {
        ...{ search: 'elodie 7', level: null, status: null, sort: 'name', descending: false, from: null },
      });
      assert.ok(found.length > 0, 'a changed name is found under its new spelling');
    });

    test('are found by user name, including deleted users, while names in other tenants are only reported as taken', async () => {
      const [scope, other] = [await newTenant(database), await newTenant(database)];
      const [here, gone, foreign] = [newUser(), newUser({ state: 'deleted', deletedAt: 1 }), newUser()];
      await usersStore.insertMany(database, scope, [here, gone]);
      await usersStore.insert(database, other, foreign);
      const found = await usersBatchStore.findByUsernames(
        database,
        scope,
        [here, gone, foreign].map(({ username }) => username).concat('nobody@a.example'),
      );
      assert.equal(found.get(here.username)?.id, here.id);
      assert.equal(found.get(gone.username)?.state, 'deleted');
      assert.equal(found.get(foreign.username), null);
      assert.equal(found.has('nobody@a.example'), false);
      assert.equal((await usersBatchStore.findByUsernames(database, scope, [])).size, 0);
    });

    test('are listed in pages by user name, without deleted users or other tenants', async () => {
      const [scope, other] = [await newTenant(database), await newTenant(database)];
      const many = Array.from({ length: usersPerBatch + 3 }, () => newUser());
      await usersStore.insertMany(database, scope, [...many, newUser({ state: 'deleted', deletedAt: 1 })]);
      await usersStore.insert(database, other, newUser());
      const first = await usersBatchStore.listAfter(database, scope, '');
      const rest = await usersBatchStore.listAfter(database, scope, first.at(-1)!.username);
      assert.deepEqual([first.length, rest.length], [usersPerBatch, 3]);
      assert.deepEqual(
        [...first, ...rest].map(({ username }) => username),
        many.map(({ username }) => username).sort(),
      );
    });
  });
}
