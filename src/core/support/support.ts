import type { Job } from '../../platform/background-jobs.ts';
import { notFound } from '../../domain/errors.ts';
import { effectiveRules } from '../../domain/tenant-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { mustSetUpSecondFactor } from '../../domain/people/second-factor.ts';
import { type Scope, supportScope, homeScope } from '../../domain/scope.ts';
import { isGrantInForce, supportEndReason } from '../../domain/support.ts';
import {
  type LiveSession,
  type OpenGrant,
  sessionsStore,
  supportGrantsStore,
  type Tenants,
  tenantsStore,
  usersStore,
} from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import { end, grant } from './grants.ts';
import * as supportStore from './support.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { actingUserId, job, operator } from '../../domain/principal.ts';

/**
 * Why an operator cannot enter a tenant: the operator is already acting in one (`inside`), the grant has ended
 * (`over`), or the operator has no second factor.
 */
export type EntryRefusal = 'inside' | 'over' | 'secondFactor';

export type Support = ReturnType<typeof createSupport>;

const expireEveryMs = 30_000;

export interface SupportDependencies {
  readonly database: Database;
  readonly rules: RegionRules;
  readonly scopeFor: Tenants['scopeFor'];
  readonly clock: () => number;
}

/**
 * Support access: an operator acts in a tenant that granted access, for a stated purpose, at a level, until an end
 * time.
 */
export function createSupport(deps: SupportDependencies) {
  return {
    ...bind(deps, { grant, end, listAvailableGrants, enter, leave, leaveEndedSupport, withdrawAllOfOperator }),

    /**
     * The background job that records when a grant expires, even if the operator is not acting in the tenant at that
     * time.
     */
    expiry: { name: 'Support', everyMs: expireEveryMs, run: () => expireAll(deps) } satisfies Job,
  };
}

async function expireAll(deps: SupportDependencies): Promise<void> {
  const { database, clock } = deps;
  for (const grant of await supportStore.listExpiredAcrossTenants(database, clock()))
    await finish(deps, grant, 'expired');
}

function grantRules(deps: SupportDependencies, { tenant }: OpenGrant): RegionRules {
  const { rules } = deps;
  return effectiveRules(rules, tenant.ownRules);
}

function endOfGrant(deps: SupportDependencies, grant: OpenGrant) {
  const { clock } = deps;
  return supportEndReason(grant, grant.tenant, grantRules(deps, grant), clock());
}

/** Ends a grant on behalf of the operator or a background job. Concurrent calls end it only once. */
async function finish(deps: SupportDependencies, grant: OpenGrant, outcome: 'withdrawn' | 'expired'): Promise<void> {
  const { scopeFor, database, clock } = deps;
  const scope = scopeFor(grant.tenant, outcome === 'expired' ? job('support') : operator);
  const kind = outcome === 'expired' ? 'support.expired' : 'support.ended';
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const tenant = await tenantsStore.findForOperator(tx, grant.tenant.id);
    if (tenant?.state === 'moving') return;
    if (!(await supportStore.finish(tx, grant.grantId, outcome, clock()))) return;
    await activityStore.record(tx, scope, { kind, grant: grant.grantId }, grant.operatorId, clock());
  });
}

/** @returns the grants under which the scope's actor may enter a tenant now */
export async function listAvailableGrants(deps: SupportDependencies, scope: Scope): Promise<OpenGrant[]> {
  const { database } = deps;
  return (await supportStore.listOpenOfOperatorAcrossTenants(database, actingUserId(scope))).filter(
    (grant) => endOfGrant(deps, grant) === null,
  );
}

/**
 * Starts a support session, in which the scope's actor acts in the tenant of the grant.
 * @returns the reason why this is not possible, or null on success
 * @throws Failure notFound for a grant of another operator
 */
export async function enter(
  deps: SupportDependencies,
  scope: Scope,
  sessionId: string,
  grantId: string,
): Promise<EntryRefusal | null> {
  const { database, clock } = deps;
  const found = await supportGrantsStore.findOwnAcrossTenants(database, scope, grantId);
  if (found === null) throw notFound();
  if (scope.principal.kind === 'support') return 'inside';
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, found);
    const grant = await supportGrantsStore.findOwnAcrossTenants(tx, scope, grantId);
    if (grant === null || endOfGrant(deps, grant) !== null) return 'over';
    const operator = await usersStore.find(tx, scope, actingUserId(scope));
    if (operator === null || mustSetUpSecondFactor(grantRules(deps, grant), operator, 'operators'))
      return 'secondFactor';
    // Check the database rather than the request's scope, because the operator may have entered a tenant in another tab
    // in the meantime.
    if (!(await sessionsStore.enterSupport(tx, sessionId, grantId))) return 'inside';
    await supportStore.markEntered(tx, grantId, clock());
    const inside = supportScope(scope, grant.tenant, grant, grantRules(deps, grant));
    await activityStore.record(tx, inside, { kind: 'support.entered' }, null, clock());
    return null;
  });
}

/**
 * Ends a support session and returns to the operator's own tenant.
 * @returns the scope in that tenant
 */
export async function leave(deps: SupportDependencies, scope: Scope, sessionId: string): Promise<Scope> {
  const { database, clock } = deps;
  const { principal } = scope;
  if (principal.kind === 'support') {
    await database.transaction(async (tx) => {
      await tenantsStore.lock(tx, scope);
      if (!(await sessionsStore.leaveSupport(tx, sessionId, principal.grant.grantId))) return;
      await activityStore.record(tx, scope, { kind: 'support.left' }, null, clock());
    });
  }
  return homeScope(scope);
}

/** Ends the support session of a grant that is no longer valid. */
export async function leaveEndedSupport(
  deps: SupportDependencies,
  { id, support, supportEnd }: LiveSession,
): Promise<void> {
  const { database } = deps;
  if (support === null) return;
  if (supportEnd === 'expired') await finish(deps, support, 'expired');
  await sessionsStore.leaveSupport(database, id, support.grantId);
}

/** Withdraws all grants of an operator, so that they do not become valid again if the operator is unblocked. */
export async function withdrawAllOfOperator(deps: SupportDependencies, operatorId: string): Promise<void> {
  const { database, clock } = deps;
  for (const grant of await supportStore.listOpenOfOperatorAcrossTenants(database, operatorId)) {
    await finish(deps, grant, isGrantInForce(grant, clock()) ? 'withdrawn' : 'expired');
  }
}
