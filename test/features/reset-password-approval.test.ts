import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCredentialIssuer } from '../../src/core/accounts/links/credential-issuer.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createUsers } from '../../src/core/accounts/users/reset-password.ts';
import { person } from '../../src/domain/principal.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import { oneTimeLinkUrls } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';

describe('a password reset approved by another administrator', async () => {
  const portal = await openPortal();
  const { database, hasher, config } = portal;
  const clock = (): number => portal.clock.now;
  const tokens = createLinkTokens([], oneTimeLinkUrls(config.baseUrl));
  const issuer = createCredentialIssuer({ hasher, tokens, canMail: true, clock });
  const throttle = createThrottle(database, config.rules, () => Date.now());
  const tenant = await aTenant(portal, { language: 'en' });
  const as = async (administratorLevel: 'global' | 'userManagement') =>
    createScope({ ...tenant.scope, principal: person(await aUser(portal, tenant, { administratorLevel })) });
  const [globalAdmin, manager] = [await as('global'), await as('userManagement')];

  /** Resets a password and runs `meanwhile` between hashing and locking. */
  async function reset(by: Scope, userId: string, meanwhile: () => Promise<unknown>) {
    const credentialIssuer = {
      ...issuer,
      issue: async (...given: Parameters<typeof issuer.issue>) => {
        const issued = await issuer.issue(...given);
        await meanwhile();
        return issued;
      },
    };
    let consumed = 0;
    const users = createUsers({ database, credentialIssuer, throttle, clock });
    const { outcome } = await users.resetPassword(by, userId, null, () => Promise.resolve(++consumed > 0));
    return { outcome, consumed };
  }

  it('consumes the approval, which works once', async () => {
    const { id } = await aUser(portal, tenant);
    assert.deepEqual(await reset(globalAdmin, id, () => Promise.resolve()), { outcome: 'reset', consumed: 1 });
  });

  for (const [label, by, change] of [
    ['has received another password in the meantime', globalAdmin, { epoch: 7 }],
    ['has been deleted in the meantime', globalAdmin, { state: 'deleted', deleted_at: 1 }],
    ['has become a Global admin, out of reach of the administrator', manager, { administrator_level: 'global' }],
  ] as const) {
    it(`keeps the approval if the user ${label}`, async () => {
      const { id } = await aUser(portal, tenant);
      const result = await reset(by, id, () => database.knex('users').where({ id }).update(change));
      assert.deepEqual(result, { outcome: 'stale', consumed: 0 });
    });
  }
});
