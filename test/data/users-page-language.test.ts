import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeCursor, encodeCursor, type PageRequest } from '../../src/core/accounts/stores/users.queries.ts';
import { updateMany } from '../../src/core/accounts/stores/users.batch.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open } from './databases.ts';

const firstPage = { search: null, level: null, status: null, sort: 'name', descending: false, from: null } as const;

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the list of users of a Swedish organization on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const scope = await newTenant(database, 'Ljusverkstaden', 'sv');
    const people = ['Öberg', 'Ärling', 'Zander', 'Åberg', 'Oberg'].map((displayName) => newUser({ displayName }));
    await usersStore.insertMany(database, scope, people);

    const namesFrom = async (from: PageRequest['from']): Promise<string[]> => {
      const rows = await usersStore.page(database, scope, { ...firstPage, from });
      return rows.map(({ displayName }) => displayName);
    };

    test('is in Swedish alphabetical order', async () => {
      assert.deepEqual(await namesFrom(null), ['Oberg', 'Zander', 'Åberg', 'Ärling', 'Öberg']);
    });

    test('stays in order when names change, and across pages', async () => {
      await usersStore.update(database, scope, people[4]!.id, { displayName: 'Övall' });
      await updateMany(database, scope, [{ ...people[2]!, displayName: 'Ålund' }]);
      assert.deepEqual(await namesFrom(null), ['Åberg', 'Ålund', 'Ärling', 'Öberg', 'Övall']);
      const third = (await usersStore.page(database, scope, firstPage))[2]!;
      const cursor = decodeCursor(encodeCursor(third, 'name', 'sv'), 'name')!;
      assert.deepEqual(await namesFrom({ side: 'after', cursor }), ['Öberg', 'Övall']);
    });
  });
}
