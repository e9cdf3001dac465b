import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScope, type Scope, supportScope } from '../../src/domain/scope.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { createCredentialIssuer } from '../../src/core/accounts/links/credential-issuer.ts';
import { createTenantRules } from '../../src/core/accounts/tenants/tenant-rules.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createUserAdder } from '../../src/core/accounts/users/add-user.ts';
import { createBulkReset } from '../../src/core/accounts/users/bulk-reset.ts';
import { createBulkChange } from '../../src/core/accounts/users/bulk-actions.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { createUsers } from '../../src/core/accounts/users/reset-password.ts';
import { createSupport } from '../../src/core/support/support.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { anOperator, aSupportedTenant, grantSupport } from '../support/operators.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { oneTimeLinkUrls } from '../../src/site/http/paths.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as supportStore from '../../src/core/support/support.store.ts';
import * as supportGrantsStore from '../../src/core/accounts/stores/support-grants.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { person } from '../../src/domain/principal.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `an administrator whose rights change before the lock is acquired, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const { database, hasher, config, tenants } = portal;
      const clock = (): number => portal.clock.now;
      const tokens = createLinkTokens([], oneTimeLinkUrls(config.baseUrl));
      const credentialIssuer = createCredentialIssuer({ hasher, tokens, canMail: true, clock });
      const parts = {
        database,
        credentialIssuer,
        throttle: createThrottle(portal.database, config.rules, () => Date.now()),
        clock,
      };
      const changes = createUserActions(parts);
      const support = createSupport({ ...parts, rules: config.rules, scopeFor: tenants.scopeFor });
      const rules = createTenantRules({ database, regionRules: config.rules, clock });
      const ada = await anOperator(portal);
      const form = {
        ...{ username: '', displayName: 'Neu', firstName: '', lastName: '', language: null },
        ...{ administratorLevel: 'none', agentLevel: 'none' },
      } as const;

      const acts: [label: string, act: (scope: Scope, id: string, domain: string) => Promise<unknown>][] = [
        ['block a user', (scope, id) => changes.block(scope, id)],
        ['delete a user', (scope, id) => changes.remove(scope, id)],
        ['reset a password', (scope, id) => createUsers(parts).resetPassword(scope, id, 0)],
        ['reset passwords in bulk', (scope, id) => createBulkReset(parts)(scope, [{ id, epoch: 0 }])],
        ['block users in bulk', (scope, id) => createBulkChange(parts)(scope, 'block', [id])],
        [
          'add a user',
          (scope, _, domain) => createUserAdder(parts)(scope, { ...form, username: `neu@${domain}` } as never),
        ],
        ['set rules', (scope) => rules.set(scope, { secondFactor: 'everybody' })],
        [
          'grant support access',
          (scope) => support.grant(scope, { operator: ada.id, purpose: 'p', level: 'look', hours: 1 }),
        ],
      ];
      const stateOf = async (id: string): Promise<unknown> => [
        await portal.database.knex('users').where({ tenant_id: id }).orderBy('id'),
        await portal.database.knex('support_grants').where({ tenant_id: id }),
      ];

      for (const [label, act] of acts) {
        for (const what of [
          'being blocked',
          'being demoted',
          'a password change',
          'the tenant begins to move',
        ] as const) {
          it(`cannot ${label} after ${what}`, async () => {
            const tenant = await aTenant(portal, { language: 'en' });
            const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
            const zoe = await aUser(portal, tenant);
            const scope = createScope({ ...tenant.scope, principal: person({ ...admin, epoch: 0 }) });
            const next = { kind: 'own', hash: 'x', at: clock() } as const;
            if (what === 'being blocked')
              await usersStore.setState(database, tenant.scope, admin.id, 'blocked', clock());
            if (what === 'being demoted')
              await portal.database.knex('users').where({ id: admin.id }).update({ administrator_level: 'billing' });
            if (what === 'a password change') await credentialsStore.replace(database, tenant.scope, admin.id, 0, next);
            if (what === 'the tenant begins to move') await tenantsStore.setState(database, tenant.id, 'moving');
            const before = await stateOf(tenant.id);
            await assert.rejects(act(scope, zoe.id, tenant.domain), {
              kind: 'conflict',
              code: 'session.changed',
            });
            assert.deepEqual(await stateOf(tenant.id), before);
          });
        }
      }

      it('cannot act in a support session after the grant has ended', async () => {
        const supported = await aSupportedTenant(portal);
        const zoe = await aUser(portal, supported.tenant);
        const grantId = await grantSupport(portal, supported, ada);
        const home = await tenantsStore.findOperatorsTenant(database);
        const outside = createScope({ ...tenants.operatorScope(home!), principal: person({ ...ada, epoch: 0 }) });
        const grant = await supportGrantsStore.findOwnAcrossTenants(database, outside, grantId);
        assert.ok(grant);
        const scope = supportScope(outside, grant.tenant, grant, config.rules);
        assert.equal((await changes.block(scope, zoe.id)).outcome, 'done');
        await supportStore.finish(database, grantId, 'ended', clock());
        await assert.rejects(changes.unblock(scope, zoe.id), { kind: 'conflict' });
      });
    },
  );
}
