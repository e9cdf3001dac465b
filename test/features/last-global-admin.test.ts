import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/domain/errors.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import type { User } from '../../src/domain/user.ts';
import { createUserChanges } from '../../src/features/users/users.changes.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';

const rounds = 60;

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`the last Global admin, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const changes = createUserChanges({ stores: portal.stores, clock: () => portal.clock.now });

    it('cannot be taken away by two who take each other away at once', async () => {
      const ways = ['block', 'remove', 'demote'] as const;
      for (let round = 0; round < rounds; round++) {
        const tenant = await aTenant(portal);
        const one = await aUser(portal, tenant, { displayName: 'One', administratorLevel: 'global' });
        const two = await aUser(portal, tenant, { displayName: 'Two', administratorLevel: 'global' });
        const act = (way: (typeof ways)[number], by: User, whom: User): Promise<unknown> => {
          const scope = scopeOf(tenant.scope, by);
          const none = { ...whom, administratorLevel: 'none' } as const;
          return way === 'demote' ? changes.edit(scope, whom.id, none) : changes[way](scope, whom.id);
        };
        const results = await Promise.allSettled([
          act(ways[round % 3] ?? 'block', one, two),
          act(ways[(round + 1) % 3] ?? 'block', two, one),
        ]);
        assert.equal(await portal.stores.users.countActiveGlobalAdmins(tenant.scope), 1, `round ${round}`);
        const lost = results.filter((result) => result.status === 'rejected');
        assert.equal(lost.length, 1);
        assert.ok(lost[0]?.reason instanceof Failure && lost[0].reason.kind === 'conflict');
      }
    });

    it('stays, and the page says in words why', async () => {
      const { admin, tenant } = await aLastAdmin(portal);
      const operator = createUserChanges({ stores: portal.stores, clock: () => portal.clock.now });
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
  createScope({ ...scope, actor: { id, username, displayName, administratorLevel, agentLevel } });
