import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { down, up } from '../../migrations/20261130104000_add_users_global_admin_until.ts';
import type { AdministratorLevel } from '../../src/domain/roles.ts';
import { createScope } from '../../src/domain/scope.ts';
import { postgres } from '../support/services.ts';
import { both, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';

const dayMs = 86_400_000;

for (const { dialect, config, skip } of both(await postgres()))
  describe(`the time when Global admin was removed, on ${dialect}`, { skip }, async () => {
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
      test(`is kept in the same update: ${steps.join(', ')}`, async () => {
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

    test('is taken from the log for users who lost the level before it was kept', async () => {
      const [scope, other] = [await newTenant(database), await newTenant(database)];
      const now = Date.now();
      const to = (from: AdministratorLevel, level: AdministratorLevel) =>
        ({ kind: 'user.edited', changes: [{ field: 'administratorLevel', from, to: level }] }) as const;
      const users = {
        lately: newUser(),
        twice: newUser(),
        long: newUser(),
        billing: newUser(),
        back: newUser({ administratorLevel: 'global' }),
      };
      await usersStore.insertMany(database, scope, Object.values(users));
      const foreign = newUser();
      await usersStore.insert(database, other, foreign);
      const record = (user: { id: string }, event: ReturnType<typeof to>, at: number, by = scope) =>
        activityStore.record(database, by, event, user.id, at);
      await record(users.long, to('global', 'none'), now - 31 * dayMs);
      await record(users.twice, to('global', 'none'), now - 9 * dayMs);
      await record(users.twice, to('none', 'global'), now - 8 * dayMs);
      await record(users.twice, to('global', 'billing'), now - 7 * dayMs);
      await record(users.lately, to('global', 'none'), now - 29 * dayMs);
      await record(users.billing, to('billing', 'none'), now - dayMs);
      await record(users.back, to('global', 'none'), now - 2 * dayMs);
      await record(foreign, to('global', 'none'), now - 3 * dayMs, other);
      await down(database.knex);
      await up(database.knex);
      const until = async ({ id }: { id: string }, of = scope) =>
        (await usersStore.find(database, of, id))?.globalAdminUntil ?? null;
      assert.equal(await until(users.lately), now - 29 * dayMs);
      assert.equal(await until(users.twice), now - 7 * dayMs);
      assert.equal(await until(users.back), now - 2 * dayMs);
      assert.equal(await until(foreign, other), now - 3 * dayMs);
      for (const user of [users.long, users.billing]) assert.equal(await until(user), null);
    });
  });
