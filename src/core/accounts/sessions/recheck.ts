import { conflict } from '../../../domain/errors.ts';
import { tightened } from '../../../domain/tenant-rules.ts';
import type { Scope } from '../../../domain/scope.ts';
import { endOfSupport } from '../../../domain/support.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { standing } from './validity.ts';
import type { Credentials } from '../stores/credentials.store.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as supportGrantsStore from '../stores/support-grants.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { PersonPrincipal, SupportPrincipal } from '../../../domain/principal.ts';

// A lock can be waited for seconds, behind an import: what the request was judged by may be over by then.
const meanwhile = 'session.changed';

/**
 * Looks at a session again, in a transaction that holds its tenant's lock.
 * @throws Failure conflict where it has ended, or its user's password was replaced, since the request began
 */
export async function stillSignedIn(tx: Database, { id, user }: LiveSession, now: number): Promise<void> {
  const present = await sessionsStore.findLiveAcrossTenants(tx, id);
  if (present?.user.epoch !== user.epoch || standing(present, now) !== null) throw conflict(meanwhile);
}

/**
 * Takes the lock of the scope's tenant for what its actor wants to do, and looks behind it whether they still may be who
 * they were: there, with the same level and epoch, and under support with the access open. Operators' commands may.
 * @throws Failure conflict
 */
export async function lockAs(tx: Database, scope: Scope, clock: () => number): Promise<void> {
  await tenantsStore.lock(tx, scope);
  const { principal } = scope;
  switch (principal.kind) {
    case 'operator':
    case 'job':
      return;
    case 'person': {
      const { user } = await recheckUser(tx, scope, principal, clock());
      if (user.administratorLevel !== principal.administratorLevel) throw conflict(meanwhile);
      return;
    }
    case 'support':
      await recheckUser(tx, { ...scope, tenant: principal.home }, principal, clock());
      return recheckGrant(tx, scope, principal, clock());
    case 'client':
      throw conflict(meanwhile);
  }
}

/** @throws Failure conflict where the user may not sign in now, or has another credential than when the request began */
async function recheckUser(
  tx: Database,
  scope: Scope,
  { epoch }: PersonPrincipal | SupportPrincipal,
  now: number,
): Promise<Credentials> {
  const present = await credentialsStore.findOwn(tx, scope);
  if (present === null || standing(present, now) !== null) throw conflict(meanwhile);
  if (epoch !== undefined && present.user.epoch !== epoch) throw conflict(meanwhile);
  return present;
}

async function recheckGrant(tx: Database, scope: Scope, { grant }: SupportPrincipal, now: number): Promise<void> {
  const present = await supportGrantsStore.findOwnAcrossTenants(tx, scope, grant.grantId);
  if (present === null) throw conflict(meanwhile);
  const rules = tightened(scope.rules, present.tenant.ownRules);
  if (endOfSupport(present, present.tenant, rules, now) !== null) throw conflict(meanwhile);
}
