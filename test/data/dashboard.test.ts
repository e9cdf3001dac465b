import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { maxCounted } from '../../src/core/accounts/stores/dashboard.store.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as dashboardStore from '../../src/core/accounts/stores/dashboard.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { NewUser } from '../../src/core/accounts/stores/users.mapping.ts';

const hour = 3_600_000;
const temporary = (until: number, overrides: Partial<NewUser> = {}): NewUser =>
  newUser({ password: 'temporary', temporaryUntil: until, ...overrides });

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the dashboard store on ${dialect}`, { skip }, async () => {
    if (skip) return;
    const { database } = await open(config);
    const [scope, crowd] = [await newTenant(database), await newTenant(database)];
    const users = [
      temporary(start - 1),
      temporary(start),
      temporary(start + 1),
      temporary(start + 24 * hour),
      temporary(start + 24 * hour + 1),
      temporary(start - 1, { state: 'blocked' }),
      temporary(start + 1, { state: 'deleted', deletedAt: start }),
      newUser(),
      ...['Zoé', 'Ada', 'Émile'].map((displayName) => newUser({ displayName, administratorLevel: 'userManagement' })),
      newUser({ displayName: 'Blocked', administratorLevel: 'userManagement', state: 'blocked' }),
      newUser({ displayName: 'Global', administratorLevel: 'global' }),
    ];
    for (const user of users) await usersStore.insert(database, scope, user);
    await database.transaction(async (tx) => {
      for (let count = 0; count < maxCounted + 20; count++) await usersStore.insert(tx, crowd, temporary(start - 1));
    });

    test('counts temporary passwords that have expired or expire soon', async () => {
      const counts = await dashboardStore.countTemporaryPasswords(database, scope, start, start + 24 * hour);
      assert.deepEqual({ ...counts }, { expired: 2, expiring: 2 });
    });

    test('stops counting at one above the maximum', async () => {
      const counts = await dashboardStore.countTemporaryPasswords(database, crowd, start, start + 24 * hour);
      assert.deepEqual({ ...counts }, { expired: maxCounted + 1, expiring: 0 });
    });

    test('finds active User management admins, sorted by name', async () => {
      const found = await dashboardStore.findManagers(database, scope);
      assert.deepEqual(
        found.map(({ displayName }) => displayName),
        ['Ada', 'Émile', 'Zoé'],
      );
      assert.deepEqual(await dashboardStore.findManagers(database, crowd), []);
    });

    test('agrees with the user list filter for expired temporary passwords', async () => {
      const request = { search: null, level: null, status: 'expired', sort: 'name', descending: false } as const;
      const listed = await usersStore.page(database, scope, { ...request, from: null, now: start });
      assert.deepEqual(
        listed.map(({ id }) => id).sort(),
        users
          .slice(0, 2)
          .map(({ id }) => id)
          .sort(),
      );
    });
  });
}
