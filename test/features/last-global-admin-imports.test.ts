import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Scope } from '../../src/domain/scope.ts';
import type { User } from '../../src/domain/people/user.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { plannedChange, importScenarios } from '../support/import-scenarios.ts';
import { scopeOf, aStagedImport } from '../support/imports.ts';
import { openPortal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `the last Global admin during imports, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const { database, clock } = portal;
      const { run } = importScenarios(portal);
      const changes = createUserActions({ database, clock: () => clock.now });
      const actions: ((by: Scope, user: User) => Promise<unknown>)[] = [
        run,
        (by, user) =>
          changes.edit(by, user.id, {
            typed: { ...user, administratorLevel: 'none' },
            shown: user,
            nameOrder: 'givenFirst',
          }),
        (by, user) => changes.block(by, user.id),
        (by, user) => changes.remove(by, user.id),
      ];
      const demotion = [{ field: 'administratorLevel', from: 'global', to: 'none' }] as const;

      async function confirmDemotion(tenant: TestTenant, by: TestUser, user: TestUser): Promise<void> {
        const id = await aStagedImport(portal, tenant, by, [plannedChange(user, 2, demotion)]);
        const confirmation = { mode: 'all', epoch: by.epoch, expiresAt: clock.now + 1 } as const;
        assert.equal(await importsStore.confirm(database, scopeOf(tenant, by), id, confirmation), true);
      }

      const activeAdmins = async ({ scope }: TestTenant): Promise<string[]> =>
        (await usersStore.findGlobalAdmins(database, scope))
          .filter(({ state }) => state === 'active')
          .map(({ id }) => id);

      async function restoreAdmins({ id }: TestTenant): Promise<void> {
        // Reset the epoch too: an import is valid only while the requester's epoch is unchanged.
        const both = { administrator_level: 'global', state: 'active', deleted_at: null, epoch: 0 };
        await database.knex('users').where({ tenant_id: id }).update(both);
        await database.knex('imports').where({ tenant_id: id }).delete();
      }

      it("cannot be lost when an import races another administrator's action or another import", async () => {
        const tenant = await aTenant(portal);
        const one = await aUser(portal, tenant, { displayName: 'One', administratorLevel: 'global' });
        const two = await aUser(portal, tenant, { displayName: 'Two', administratorLevel: 'global' });
        for (let round = 0; round < rounds; round++) {
          await confirmDemotion(tenant, one, two);
          if (round % actions.length === 0) await confirmDemotion(tenant, two, one);
          await Promise.allSettled([run(), actions[round % actions.length]?.(scopeOf(tenant, two), one)]);
          assert.equal((await activeAdmins(tenant)).length, 1, `round ${round}`);
          await restoreAdmins(tenant);
        }
      });

      it('is the Global admin whose action comes first if two demote each other', async () => {
        const tenant = await aTenant(portal);
        const one = await aUser(portal, tenant, { displayName: 'One', administratorLevel: 'global' });
        const two = await aUser(portal, tenant, { displayName: 'Two', administratorLevel: 'global' });
        for (const action of actions.slice(1)) {
          const steps = [run, () => action(scopeOf(tenant, two), one)];
          for (const [inTurn, winner] of [
            [steps, one],
            [steps.toReversed(), two],
          ] as const) {
            await confirmDemotion(tenant, one, two);
            for (const act of inTurn) await Promise.allSettled([act()]);
            assert.deepEqual(await activeAdmins(tenant), [winner.id]);
            await restoreAdmins(tenant);
          }
        }
      });
    },
  );
}
