import type { Job } from '../../platform/background-jobs.ts';
import { notFound } from '../../domain/errors.ts';
import { effectiveRules } from '../../domain/tenant-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { mustSetUpSecondFactor } from '../../domain/people/second-factor.ts';
import { type Scope, supportScope, homeScope } from '../../domain/scope.ts';
import { supportEndReason } from '../../domain/support.ts';
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

/** Why an operator is not let in now: inside a tenant already, the grant is over, or their second factor is missing. */
export type EntryRefusal = 'inside' | 'over' | 'secondFactor';

export type Support = ReturnType<typeof createSupport>;

const expireEveryMs = 30_000;

export interface SupportDependencies {
  readonly database: Database;
  readonly rules: RegionRules;
  readonly scopeFor: Tenants['scopeFor'];
  readonly clock: () => number;
}

/** Operators in tenants that let them in: for a purpose, up to a level, until an end. */
export function createSupport(deps: SupportDependencies) {
  return {
    ...bind(deps, { grant, end, openTo, enter, leave, takeOut, withdraw }),

    /** Records that a grant has expired, even if no operator was in the tenant at that time. */
    expiry: { name: 'Support', everyMs: expireEveryMs, run: () => expireAll(deps) } satisfies Job,
  };
}

async function expireAll(deps: SupportDependencies): Promise<void> {
  const { database, clock } = deps;
  for (const grant of await supportStore.expiredAcrossTenants(database, clock())) await finish(deps, grant, 'expired');
}

function rulesOf(deps: SupportDependencies, { tenant }: OpenGrant): RegionRules {
  const { rules } = deps;
  return effectiveRules(rules, tenant.ownRules);
}

function endOf(deps: SupportDependencies, grant: OpenGrant) {
  const { clock } = deps;
  return supportEndReason(grant, grant.tenant, rulesOf(deps, grant), clock());
}

/** Ends a grant from outside its tenant, once, whoever else may be about to. */
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

/** @returns where the scope's own actor may enter now */
export async function openTo(deps: SupportDependencies, scope: Scope): Promise<OpenGrant[]> {
  const { database } = deps;
  return (await supportStore.openOfOperatorAcrossTenants(database, actingUserId(scope))).filter(
    (grant) => endOf(deps, grant) === null,
  );
}

/**
 * Lets a session of the scope's actor act in the tenant that granted it.
 * @returns why not, or null for done
 * @throws Failure notFound for anybody else's grant
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
    if (grant === null || endOf(deps, grant) !== null) return 'over';
    const operator = await usersStore.find(tx, scope, actingUserId(scope));
    if (operator === null || mustSetUpSecondFactor(rulesOf(deps, grant), operator, 'operators')) return 'secondFactor';
    // Not by the request's own scope: another tab may have gone in meanwhile.
    if (!(await sessionsStore.enterSupport(tx, sessionId, grantId))) return 'inside';
    await supportStore.noteEntered(tx, grantId, clock());
    const inside = supportScope(scope, grant.tenant, grant, rulesOf(deps, grant));
    await activityStore.record(tx, inside, { kind: 'support.entered' }, null, clock());
    return null;
  });
}

/** Leads a session back to its user's own tenant. @returns the scope there */
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

/** Takes a session out of a grant that does not hold any more. */
export async function takeOut(deps: SupportDependencies, { id, support, supportEnd }: LiveSession): Promise<void> {
  const { database } = deps;
  if (support === null) return;
  if (supportEnd === 'expired') await finish(deps, support, 'expired');
  await sessionsStore.leaveSupport(database, id, support.grantId);
}

/** Ends everything that an operator was granted: who is not to sign in any more shall not come back to it. */
export async function withdraw(deps: SupportDependencies, operatorId: string): Promise<void> {
  const { database, clock } = deps;
  for (const grant of await supportStore.openOfOperatorAcrossTenants(database, operatorId)) {
    await finish(deps, grant, grant.endsAt <= clock() ? 'expired' : 'withdrawn');
  }
}
