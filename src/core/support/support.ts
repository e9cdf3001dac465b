import { randomUUID } from 'node:crypto';
import type { Work } from '../../platform/jobs.ts';
import { notFound, type FieldFault } from '../../domain/errors.ts';
import { tightened } from '../../domain/tenant-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { lacksSecondFactor } from '../../domain/people/second-factor.ts';
import { type Scope, scopeInside, scopeOutside } from '../../domain/scope.ts';
import { endOfSupport, type SupportLevel } from '../../domain/support.ts';
import {
  type LiveSession,
  lockAs,
  type OpenGrant,
  sessionsStore,
  supportGrantsStore,
  tenantsStore,
  usersStore,
} from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { NewGrant, TenantGrant } from './support.store.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';
import * as supportStore from './support.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

export interface WantedGrant {
  readonly operator: string;
  readonly purpose: string;
  readonly level: SupportLevel;
  readonly hours: number;
}

/** Why an operator is not let in now: inside a tenant already, the grant is over, or their second factor is missing. */
export type EntryRefusal = 'inside' | 'over' | 'secondFactor';

export type Support = ReturnType<typeof createSupport>;

const hourMs = 60 * 60 * 1_000;
const expireEveryMs = 30_000;

export interface SupportDependencies {
  readonly database: Database;
  readonly rules: RegionRules;
  /** The scope in which the portal itself acts on a tenant. */
  readonly operatorScope: (tenant: ScopeTenant) => Scope;
  readonly clock: () => number;
}

/** Operators in tenants that let them in: for a purpose, up to a level, until an end. */
export function createSupport(deps: SupportDependencies) {
  const { database, clock } = deps;
  const bound = bind(deps, { grant, end, openTo, enter, leave, takeOut, withdraw, finish });
  return {
    grant: bound.grant,

    end: bound.end,

    openTo: bound.openTo,

    enter: bound.enter,

    leave: bound.leave,

    takeOut: bound.takeOut,

    withdraw: bound.withdraw,

    /** Records that time is up where nobody was inside to meet it. */
    expiry: {
      name: 'Support',
      everyMs: expireEveryMs,
      run: async () => {
        for (const grant of await supportStore.expiredAcrossTenants(database, clock()))
          await bound.finish(grant, 'expired');
      },
    } satisfies Work,
  };
}

function rulesOf(deps: SupportDependencies, { tenant }: OpenGrant): RegionRules {
  const { rules } = deps;
  return tightened(rules, tenant.ownRules);
}

function endOf(deps: SupportDependencies, grant: OpenGrant) {
  const { clock } = deps;
  return endOfSupport(grant, grant.tenant, rulesOf(deps, grant), clock());
}

/** Ends a grant from outside its tenant, once, whoever else may be about to. */
async function finish(deps: SupportDependencies, grant: OpenGrant, outcome: 'withdrawn' | 'expired'): Promise<void> {
  const { operatorScope, database, clock } = deps;
  const scope = operatorScope(grant.tenant);
  const kind = outcome === 'expired' ? 'support.expired' : 'support.ended';
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const tenant = await tenantsStore.findForOperator(tx, grant.tenant.id);
    if (tenant?.state === 'moving') return;
    if (!(await supportStore.finish(tx, grant.grantId, outcome, clock()))) return;
    await activityStore.record(tx, scope, { kind, grant: grant.grantId }, grant.operatorId, clock());
  });
}

/** Lets an operator in. Asked for is less than the rules allow, or it is refused in the form. */
export async function grant(
  deps: SupportDependencies,
  scope: Scope,
  wanted: WantedGrant,
): Promise<readonly FieldFault[]> {
  const { database, clock } = deps;
  const { operator: operatorId, purpose, level, hours } = wanted;
  return database.transaction(async (tx) => {
    await lockAs(tx, scope, clock);
    const at = clock();
    if ((await supportStore.findOperator(tx, operatorId)) === null) return [fault('unknown')];
    const open = await supportStore.listOpen(tx, scope, at);
    if (open.some((each) => each.operatorId === operatorId)) return [fault('already')];
    const grant: NewGrant = {
      id: randomUUID(),
      operatorId,
      purpose,
      level,
      grantedAt: at,
      endsAt: at + hours * hourMs,
    };
    await supportStore.insert(tx, scope, grant);
    const { id, endsAt } = grant;
    await activityStore.record(
      tx,
      scope,
      { kind: 'support.granted', grant: id, level, endsAt, purpose },
      operatorId,
      at,
    );
    return [];
  });
}

/** Ends a grant of the scope's tenant at once. @throws Failure notFound */
export function end(deps: SupportDependencies, scope: Scope, grantId: string): Promise<TenantGrant> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await lockAs(tx, scope, clock);
    const grant = await supportStore.find(tx, scope, grantId);
    if (grant === null) throw notFound();
    const open = grant.endsAt > clock() && (await supportStore.finish(tx, grantId, 'ended', clock()));
    if (open)
      await activityStore.record(tx, scope, { kind: 'support.ended', grant: grantId }, grant.operatorId, clock());
    return grant;
  });
}

/** @returns where the scope's own actor may enter now */
export async function openTo(deps: SupportDependencies, scope: Scope): Promise<OpenGrant[]> {
  const { database } = deps;
  return (await supportStore.openOfOperatorAcrossTenants(database, scope.actor?.id ?? '')).filter(
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
  if (scope.support) return 'inside';
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, found);
    const grant = await supportGrantsStore.findOwnAcrossTenants(tx, scope, grantId);
    if (grant === null || endOf(deps, grant) !== null) return 'over';
    const operator = await usersStore.find(tx, scope, scope.actor?.id ?? '');
    if (operator === null || lacksSecondFactor(rulesOf(deps, grant), operator, 'operators')) return 'secondFactor';
    // Not by the request's own scope: another tab may have gone in meanwhile.
    if (!(await sessionsStore.enterSupport(tx, sessionId, grantId))) return 'inside';
    await supportStore.noteEntered(tx, grantId, clock());
    const inside = scopeInside(scope, grant.tenant, grant, rulesOf(deps, grant));
    await activityStore.record(tx, inside, { kind: 'support.entered' }, null, clock());
    return null;
  });
}

/** Leads a session back to its user's own tenant. @returns the scope there */
export async function leave(deps: SupportDependencies, scope: Scope, sessionId: string): Promise<Scope> {
  const { database, clock } = deps;
  const { support } = scope;
  if (support) {
    await database.transaction(async (tx) => {
      await tenantsStore.lock(tx, scope);
      if (!(await sessionsStore.leaveSupport(tx, sessionId, support.grantId))) return;
      await activityStore.record(tx, scope, { kind: 'support.left' }, null, clock());
    });
  }
  return scopeOutside(scope);
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

const fault = (key: 'unknown' | 'already'): FieldFault => ({ field: 'operator', key: `support:error.${key}` });
