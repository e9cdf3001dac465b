import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/domain/errors.ts';
import { createScope } from '../../src/domain/scope.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { createCredentialIssuer } from '../../src/core/accounts/links/credential-issuer.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createBulkChange } from '../../src/core/accounts/users/bulk-actions.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { createUsers } from '../../src/core/accounts/users/reset-password.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { oneTimeLinkUrls } from '../../src/site/http/paths.ts';
import { person } from '../../src/domain/principal.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`concurrent user changes, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const { database, hasher } = portal;
    const clock = (): number => portal.clock.now;
    const changes = createUserActions({ database, clock });
    const bulk = createBulkChange({ database, clock });
    const users = createUsers({
      database,
      credentialIssuer: createCredentialIssuer({
        hasher,
        tokens: createLinkTokens([], oneTimeLinkUrls(portal.config.baseUrl)),
        canMail: false,
        clock,
      }),
      throttle: createThrottle(portal.database, portal.config.rules),
      clock,
    });

    it('never deadlock, and each of them succeeds or fails with a domain error', async () => {
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
