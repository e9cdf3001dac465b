import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open } from './databases.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the number of users on ${dialect}`, { skip }, async () => {
    const { database } = skip ? ({} as Awaited<ReturnType<typeof open>>) : await open(config);

    test('excludes deleted users and users of other tenants when compared with a maximum', async () => {
      const scope = await newTenant(database);
      const users = [newUser(), newUser(), newUser(), newUser({ state: 'deleted', deletedAt: 1 })];
      await usersStore.insertMany(database, scope, users);
      await usersStore.insert(database, await newTenant(database), newUser());
      assert.equal(await usersBatchStore.hasMoreThan(database, scope, 2), true);
      assert.equal(await usersBatchStore.hasMoreThan(database, scope, 3), false);
    });
  });
}
