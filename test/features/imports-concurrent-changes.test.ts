import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PlannedRow } from '../../src/domain/imports.ts';
import { aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { plannedAddition, plannedChange, importScenarios, type ConfirmedImport } from '../support/import-scenarios.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import { textOfError } from '../../src/i18n/error-texts.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `changes between the confirmation and the execution of an import, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const portal: Portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const { database } = portal;
      const { aConfirmedImport, find, countUsers, kindsOf, run } = importScenarios(portal);

      const interruptions: [what: string, lose: (scenario: ConfirmedImport) => Promise<unknown>][] = [
        ['was blocked', ({ tenant, admin }) => usersStore.setState(database, tenant.scope, admin.id, 'blocked', 0)],
        ['was deleted', ({ tenant, admin }) => usersStore.setState(database, tenant.scope, admin.id, 'deleted', 0)],
        [
          'lost the administrator level',
          ({ tenant, admin }) =>
            usersStore.update(database, tenant.scope, admin.id, { ...admin, administratorLevel: 'none' }),
        ],
        [
          'had their password reset',
          ({ tenant, admin }) =>
            credentialsStore.replace(database, tenant.scope, admin.id, 0, { kind: 'own', hash: 'x', at: 0 }),
        ],
        ['belongs to a suspended tenant', ({ tenant }) => tenantsStore.setState(database, tenant.id, 'suspended')],
      ];
      for (const [what, lose] of interruptions) {
        it(`stop the import if the user who confirmed it ${what}`, async () => {
          const scenario = await aConfirmedImport();
          await lose(scenario);
          await run();
          const { state, abortReason } = await find(scenario);
          assert.deepEqual([state, abortReason], ['aborted', 'rights']);
          assert.equal(await countUsers(scenario.tenant), 2);
          assert.equal((await kindsOf(scenario.tenant))['users.imported'], undefined);
        });
      }

      const moves: [
        what: string,
        rows: (zoe: TestUser, tenant: TestTenant) => PlannedRow[],
        move: (scenario: ConfirmedImport) => Promise<unknown>,
        key: string,
      ][] = [
        [
          'the user name has been taken',
          (_zoe, tenant) => [plannedAddition(tenant, 0)],
          ({ tenant }) => aUser(portal, tenant, { username: `new0@${tenant.domain}` }),
          'tenants:error.usernameTaken',
        ],
        [
          'the domain has been removed',
          (_zoe, tenant) => [plannedAddition(tenant, 0)],
          ({ tenant }) =>
            database
              .knex('tenant_domains')
              .where({ tenant_id: tenant.id })
              .update({ domain: `${tenant.id}.other` }),
          'tenants:error.usernameDomain',
        ],
        [
          'the user has been edited',
          (zoe) => [plannedChange(zoe, 2, [{ field: 'firstName', from: 'Zoé', to: 'Zoë' }])],
          ({ tenant, zoe }) => usersStore.update(database, tenant.scope, zoe.id, { ...zoe, firstName: 'Zo' }),
          'imports:fault.meanwhile',
        ],
        [
          'the user has been deleted',
          (zoe) => [plannedChange(zoe, 2, [{ field: 'firstName', from: 'Zoé', to: 'Zoë' }])],
          ({ tenant, zoe }) => usersStore.setState(database, tenant.scope, zoe.id, 'deleted', 0),
          'imports:fault.meanwhile',
        ],
        [
          'the user became a Global admin, and the importing administrator no longer is one',
          (zoe) => [plannedChange(zoe, 2, [{ field: 'firstName', from: 'Zoé', to: 'Zoë' }])],
          async ({ tenant, zoe, admin }) => {
            await usersStore.update(database, tenant.scope, zoe.id, { ...zoe, administratorLevel: 'global' });
            await usersStore.update(database, tenant.scope, admin.id, {
              ...admin,
              administratorLevel: 'userManagement',
            });
          },
          'policy:globalAdmin.text',
        ],
        [
          'only Global admins may manage administrators now, and the importing administrator no longer is one',
          (zoe) => [plannedChange(zoe, 2, [{ field: 'firstName', from: 'Zoé', to: 'Zoë' }])],
          async ({ tenant, zoe, admin }) => {
            await aUser(portal, tenant, { administratorLevel: 'global' });
            await usersStore.update(database, tenant.scope, zoe.id, { ...zoe, administratorLevel: 'billing' });
            await usersStore.update(database, tenant.scope, admin.id, {
              ...admin,
              administratorLevel: 'userManagement',
            });
            await tenantsStore.setOwnRules(database, tenant.scope, { administratorsManagedBy: 'globalAdmins' });
          },
          'policy:tenantAdministrator.text',
        ],
      ];
      for (const [what, rows, move, key] of moves) {
        it(`stop an import of all rows, and exclude the affected rows from an import of valid rows: ${what}`, async () => {
          for (const mode of ['all', 'validRowsOnly'] as const) {
            const scenario = await aConfirmedImport({
              mode,
              rows: (zoe, tenant) => [...rows(zoe, tenant), plannedAddition(tenant, 9)],
            });
            await move(scenario);
            const before = await countUsers(scenario.tenant);
            await run();
            const { state, abortReason, counts } = await find(scenario);
            assert.deepEqual([state, abortReason], mode === 'all' ? ['aborted', 'rows'] : ['applied', null]);
            const left = key === 'tenants:error.usernameDomain' ? 0 : 1;
            assert.deepEqual(counts, { added: left, changed: 0, unchanged: 0, refused: 2 - left });
            assert.equal(await countUsers(scenario.tenant), before + (mode === 'validRowsOnly' ? left : 0));
            const [row] = await importsStore.rows(database, scenario.scope, scenario.id, 'refused', { after: 0 }, 5);
            assert.equal(row?.outcome === 'refused' && row.faults[0] && textOfError(row.faults[0]).key, key);
          }
        });
      }

      it('mark a row as unchanged if they have already set its values', async () => {
        const scenario = await aConfirmedImport({
          rows: (zoe) => [plannedChange(zoe, 2, [{ field: 'firstName', from: 'Zoé', to: 'Zoë' }])],
        });
        await usersStore.update(database, scenario.tenant.scope, scenario.zoe.id, {
          ...scenario.zoe,
          firstName: 'Zoë',
        });
        await run();
        assert.deepEqual((await find(scenario)).counts, { added: 0, changed: 0, unchanged: 1, refused: 0 });
      });
    },
  );
}
