import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AdministratorLevel } from '../../src/domain/roles.ts';
import { createScope } from '../../src/domain/scope.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, newUser, open, start } from './databases.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';

for (const { dialect, config, skip } of eachDialect(await postgres()))
  describe(`the time at which the Global admin level was removed, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);

    const table: [steps: AdministratorLevel[], until: number | null][] = [
      [['none', 'billing', 'none'], null],
      [['billing', 'userManagement', 'global'], null],
      [['global', 'global'], null],
      [['global', 'none'], start + 1],
      [['global', 'userManagement', 'none', 'none'], start + 1],
      [['global', 'none', 'global'], start + 1],
      [['global', 'none', 'global', 'billing'], start + 3],
    ];
    for (const [steps, until] of table)
      test(`is ${until === null ? 'not recorded' : 'recorded in the same update'} for the levels ${steps.join(', then ')}`, async () => {
        const scope = await newTenant(database);
        const [first = 'none', ...rest] = steps;
        const [alone, among, bystander] = [
          newUser({ administratorLevel: first }),
          newUser({ administratorLevel: first }),
          newUser(),
        ];
        await usersStore.insertMany(database, scope, [alone, among, bystander]);
        for (const [index, administratorLevel] of rest.entries()) {
          const then = createScope({ ...scope, now: start + index + 1 });
          await usersStore.update(database, then, alone.id, { ...alone, administratorLevel });
          await usersBatchStore.updateMany(database, then, [{ ...among, administratorLevel }, bystander]);
        }
        const read = async ({ id }: { id: string }) => (await usersStore.find(database, scope, id))?.globalAdminUntil;
        assert.deepEqual([await read(alone), await read(among), await read(bystander)], [until, until, null]);
      });
  });
