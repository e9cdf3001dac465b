import { conflict } from '../../../domain/errors.ts';
import { tightened } from '../../../domain/tenant-rules.ts';
import type { Scope } from '../../../domain/scope.ts';
import { endOfSupport } from '../../../domain/support.ts';
import type { LiveSession } from '../stores/sessions.store.ts';
import { standing } from './validity.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as supportGrantsStore from '../stores/support-grants.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';

// A lock can be waited for seconds, behind an import: what the request was judged by may be over by then.
const meanwhile = 'sessions:meanwhile';

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
  const { actor, support, rules } = scope;
  if (actor === null) return;
  const at = clock();
  const home = support === undefined ? scope : { ...scope, tenant: support.home };
  const present = await credentialsStore.findOwn(tx, home);
  if (present === null || standing(present, at) !== null) throw conflict(meanwhile);
  if (actor.epoch !== undefined && present.user.epoch !== actor.epoch) throw conflict(meanwhile);
  if (support === undefined) {
    if (present.user.administratorLevel !== actor.administratorLevel) throw conflict(meanwhile);
    return;
  }
  const grant = await supportGrantsStore.findOwnAcrossTenants(tx, scope, support.grantId);
  if (grant === null) throw conflict(meanwhile);
  if (endOfSupport(grant, grant.tenant, tightened(rules, grant.tenant.ownRules), at) !== null)
    throw conflict(meanwhile);
}
