import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/domain/errors.ts';
import { createScope } from '../../src/domain/scope.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { userOperationsOf } from '../support/user-operations.ts';
import { person } from '../../src/domain/principal.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`concurrent user changes, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const { actions: changes, bulk, users } = userOperationsOf(portal);

    it('never deadlock, and each succeeds or fails with a domain error', async () => {
      const tenant = await aTenant(portal);
      const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
      const one = await aUser(portal, tenant);
      const two = await aUser(portal, tenant);
      const { id, username, displayName, administratorLevel, agentLevel } = admin;
      const scope = createScope({
        ...tenant.scope,
        principal: person({ id, username, displayName, administratorLevel, agentLevel }),
      });
      const both = [one.id, two.id];
      const unexpected: unknown[] = [];
      for (let round = 0; round < rounds; round++) {
        const results = await Promise.allSettled([
          users.resetPassword(tenant.scope, one.id, null),
          changes.block(scope, one.id),
          bulk(scope, 'unblock', both),
          users.resetPassword(tenant.scope, two.id, null),
          bulk(scope, 'block', both.toReversed()),
          changes.endSessions(scope, two.id),
          changes.unblock(scope, one.id),
          aPerson(portal).signIn(admin),
        ]);
        for (const result of results) {
          if (result.status === 'rejected' && !(result.reason instanceof Failure)) unexpected.push(result.reason);
        }
      }
      assert.deepEqual(unexpected, []);
    });
  });
}
