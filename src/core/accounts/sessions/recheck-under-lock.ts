import { conflict } from '../../../domain/errors.ts';
import { effectiveRules } from '../../../domain/tenant-rules.ts';
import type { Scope } from '../../../domain/scope.ts';
import { supportEndReason } from '../../../domain/support.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { accountRefusal } from './validity.ts';
import type { Credentials } from '../stores/credentials.store.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as supportGrantsStore from '../stores/support-grants.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { PersonPrincipal, SupportPrincipal } from '../../../domain/principal.ts';

// Waiting for the lock can take seconds, for example during an import. The authorization may have become outdated
// before the lock is acquired.
const sessionChanged = 'session.changed';

/**
 * Checks a session again, in a transaction that holds the tenant's lock.
 * @param now the current time, epoch ms
 * @throws Failure conflict if the session has ended or the user's credentials have been replaced since the request
 * began
 */
export async function recheckSession(tx: Database, { id, user }: LiveSession, now: number): Promise<void> {
  const present = await sessionsStore.findLiveAcrossTenants(tx, id);
  if (present?.user.epoch !== user.epoch || accountRefusal(present, now) !== null) throw conflict(sessionChanged);
}

/**
 * Locks the scope's tenant and checks under the lock that the principal has not changed since the request began: the
 * user can still sign in and has the same level and epoch, and a support grant is still valid. Commands and jobs are
 * exempt.
 * @throws Failure conflict if it has changed
 */
export async function lockTenantAndRecheck(tx: Database, scope: Scope, clock: () => number): Promise<void> {
  await tenantsStore.lock(tx, scope);
  const { principal } = scope;
  switch (principal.kind) {
    case 'operator':
    case 'job':
      return;
    case 'person': {
      const { user } = await recheckUser(tx, scope, principal, clock());
      if (user.administratorLevel !== principal.administratorLevel) throw conflict(sessionChanged);
      return;
    }
    case 'support':
      await recheckUser(tx, { ...scope, tenant: principal.home }, principal, clock());
      return recheckGrant(tx, scope, principal, clock());
    case 'client':
      throw conflict(sessionChanged);
  }
}

/**
 * @param now the current time, epoch ms
 * @returns the current credentials of the user
 * @throws Failure conflict if the user can no longer sign in, or if the credentials have been replaced since the
 * request began
 */
async function recheckUser(
  tx: Database,
  scope: Scope,
  { epoch }: PersonPrincipal | SupportPrincipal,
  now: number,
): Promise<Credentials> {
  const present = await credentialsStore.findOwn(tx, scope);
  if (present === null || accountRefusal(present, now) !== null) throw conflict(sessionChanged);
  if (epoch !== undefined && present.user.epoch !== epoch) throw conflict(sessionChanged);
  return present;
}

async function recheckGrant(tx: Database, scope: Scope, { grant }: SupportPrincipal, now: number): Promise<void> {
  const present = await supportGrantsStore.findOwnAcrossTenants(tx, scope, grant.grantId);
  if (present === null) throw conflict(sessionChanged);
  const rules = effectiveRules(scope.rules, present.tenant.ownRules);
  if (supportEndReason(present, present.tenant, rules, now) !== null) throw conflict(sessionChanged);
}
