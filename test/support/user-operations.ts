import { createCredentialIssuer } from '../../src/core/accounts/links/credential-issuer.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createBulkChange } from '../../src/core/accounts/users/bulk-actions.ts';
import { createUsers } from '../../src/core/accounts/users/reset-password.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { oneTimeLinkUrls } from '../../src/site/http/paths.ts';
import type { Portal } from './portal.ts';

/** @returns the operations on users that the portal performs, for tests that call them without a request */
export function userOperationsOf(portal: Portal) {
  const { database, hasher, config } = portal;
  const clock = (): number => portal.clock.now;
  const tokens = createLinkTokens([], oneTimeLinkUrls(config.baseUrl));
  return {
    actions: createUserActions({ database, clock }),
    bulk: createBulkChange({ database, clock }),
    users: createUsers({
      database,
      credentialIssuer: createCredentialIssuer({ hasher, tokens, canMail: false, clock }),
      throttle: createThrottle(database, config.rules, () => Date.now()),
      clock,
    }),
  };
}
