import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/domain/errors.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import type { User } from '../../src/domain/people/user.ts';
import { createBulkChange } from '../../src/core/accounts/users/bulk-actions.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { person } from '../../src/domain/principal.ts';

const actions = ['block', 'remove', 'demote', 'bulkBlock', 'bulkDelete'] as const;

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`the last Global admin, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const clock = (): number => portal.clock.now;
    const changes = createUserActions({ database: portal.database, clock });
    const bulk = createBulkChange({ database: portal.database, clock });

    it('cannot be lost when two Global admins remove each other concurrently', async () => {
      const tenant = await aTenant(portal);
      const one = await aUser(portal, tenant, { displayName: 'One', administratorLevel: 'global' });
      const two = await aUser(portal, tenant, { displayName: 'Two', administratorLevel: 'global' });
      const act = (action: (typeof actions)[number], by: User, user: User): Promise<unknown> => {
        const scope = scopeOf(tenant.scope, by);
        if (action === 'demote')
          return changes.edit(scope, user.id, {
            typed: { ...user, administratorLevel: 'none' },
            nameOrder: 'givenFirst',
            shown: user,
          });
        if (action === 'bulkBlock') return bulk(scope, 'block', [user.id]);
        return action === 'bulkDelete' ? bulk(scope, 'delete', [user.id]) : changes[action](scope, user.id);
      };
      for (let round = 0; round < Math.max(rounds, actions.length ** 2); round++) {
        const results = await Promise.allSettled([
          act(actions[round % 5] ?? 'block', one, two),
          act(actions[Math.floor(round / 5) % 5] ?? 'block', two, one),
        ]);
        assert.equal(await usersStore.countActiveGlobalAdmins(portal.database, tenant.scope), 1, `round ${round}`);
        const failed = results.filter((result) => result.status === 'rejected');
        assert.equal(failed.length, 1);
        assert.ok(failed[0]?.reason instanceof Failure && failed[0].reason.kind === 'conflict');
        const restored = { administrator_level: 'global', state: 'active', deleted_at: null };
        await portal.database.knex('users').where({ tenant_id: tenant.id }).update(restored);
      }
    });

    it('cannot be blocked, and the dashboard warns about it', async () => {
      const { admin, tenant } = await aLastAdmin(portal);
      const operator = createUserActions({ database: portal.database, clock: () => portal.clock.now });
      await assert.rejects(operator.block(tenant.scope, admin.id), { kind: 'conflict' });
      const person = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(admin);
      person.sees('Your organization has only 1 active Global admin');
    });
  });
}

async function aLastAdmin(portal: Portal) {
  const tenant = await aTenant(portal, { language: 'en' });
  return { tenant, admin: await aUser(portal, tenant, { displayName: 'Only One', administratorLevel: 'global' }) };
}

const scopeOf = (scope: Scope, { id, username, displayName, administratorLevel, agentLevel }: User): Scope =>
  createScope({ ...scope, principal: person({ id, username, displayName, administratorLevel, agentLevel }) });
