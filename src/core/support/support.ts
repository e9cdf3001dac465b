import { randomUUID } from 'node:crypto';
import type { Work } from '../../platform/jobs.ts';
import { notFound, type FieldFault } from '../../domain/errors.ts';
import { tightened } from '../../domain/tenant-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { lacksSecondFactor } from '../../domain/people/second-factor.ts';
import { type Scope, scopeInside, scopeOutside } from '../../domain/scope.ts';
import { endOfSupport, type SupportLevel } from '../../domain/support.ts';
import type { LiveSession } from '../accounts/stores/sessions.store.ts';
import { lockAs } from '../accounts/sessions/recheck.ts';
import type { OpenGrant } from '../accounts/stores/support-grants.store.ts';
import type { NewGrant, TenantGrant } from './support.store.ts';
import type { ScopeTenant } from '../../domain/tenant.ts';
import * as activityStore from '../activity/activity.store.ts';
import * as sessionsStore from '../accounts/stores/sessions.store.ts';
import * as supportStore from './support.store.ts';
import * as supportGrantsStore from '../accounts/stores/support-grants.store.ts';
import * as tenantsStore from '../accounts/stores/tenants.store.ts';
import * as usersStore from '../accounts/stores/users.store.ts';
import type { Database } from '../../platform/database/database.ts';

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

/** Operators in tenants that let them in: for a purpose, up to a level, until an end. */
export function createSupport(parts: {
  database: Database;
  rules: RegionRules;
  /** The scope in which the portal itself acts on a tenant. */
  operatorScope: (tenant: ScopeTenant) => Scope;
  clock: () => number;
}) {
  const { database, rules, operatorScope, clock } = parts;
  const rulesOf = ({ tenant }: OpenGrant): RegionRules => tightened(rules, tenant.ownRules);
  const endOf = (grant: OpenGrant) => endOfSupport(grant, grant.tenant, rulesOf(grant), clock());

  /** Ends a grant from outside its tenant, once, whoever else may be about to. */
  async function finish(grant: OpenGrant, outcome: 'withdrawn' | 'expired'): Promise<void> {
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

  return {
    /** Lets an operator in. Asked for is less than the rules allow, or it is refused in the form. */
    grant: async (scope: Scope, wanted: WantedGrant): Promise<readonly FieldFault[]> => {
      const { operator: operatorId, purpose, level, hours } = wanted;
      return database.transaction(async (tx) => {
        await lockAs(tx, scope, clock);
        const at = clock();
        if ((await supportStore.findOperator(tx, operatorId)) === null) return [fault('unknown')];
        const open = await supportStore.listOpen(tx, scope, at);
        if (open.some((each) => each.operatorId === operatorId)) return [fault('already')];
        const grant: NewGrant = {
          ...{ id: randomUUID(), operatorId, purpose, level },
          ...{ grantedAt: at, endsAt: at + hours * hourMs },
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
    },

    /** Ends a grant of the scope's tenant at once. @throws Failure notFound */
    end: (scope: Scope, grantId: string): Promise<TenantGrant> =>
      database.transaction(async (tx) => {
        await lockAs(tx, scope, clock);
        const grant = await supportStore.find(tx, scope, grantId);
        if (grant === null) throw notFound();
        const open = grant.endsAt > clock() && (await supportStore.finish(tx, grantId, 'ended', clock()));
        if (open)
          await activityStore.record(tx, scope, { kind: 'support.ended', grant: grantId }, grant.operatorId, clock());
        return grant;
      }),

    /** @returns where the scope's own actor may enter now */
    openTo: async (scope: Scope): Promise<OpenGrant[]> =>
      (await supportStore.openOfOperatorAcrossTenants(database, scope.actor?.id ?? '')).filter(
        (grant) => endOf(grant) === null,
      ),

    /**
     * Lets a session of the scope's actor act in the tenant that granted it.
     * @returns why not, or null for done
     * @throws Failure notFound for anybody else's grant
     */
    enter: async (scope: Scope, sessionId: string, grantId: string): Promise<EntryRefusal | null> => {
      const found = await supportGrantsStore.findOwnAcrossTenants(database, scope, grantId);
      if (found === null) throw notFound();
      if (scope.support) return 'inside';
      return database.transaction(async (tx) => {
        await tenantsStore.lock(tx, found);
        const grant = await supportGrantsStore.findOwnAcrossTenants(tx, scope, grantId);
        if (grant === null || endOf(grant) !== null) return 'over';
        const operator = await usersStore.find(tx, scope, scope.actor?.id ?? '');
        if (operator === null || lacksSecondFactor(rulesOf(grant), operator, 'operators')) return 'secondFactor';
        // Not by the request's own scope: another tab may have gone in meanwhile.
        if (!(await sessionsStore.enterSupport(tx, sessionId, grantId))) return 'inside';
        await supportStore.noteEntered(tx, grantId, clock());
        const inside = scopeInside(scope, grant.tenant, grant, rulesOf(grant));
        await activityStore.record(tx, inside, { kind: 'support.entered' }, null, clock());
        return null;
      });
    },

    /** Leads a session back to its user's own tenant. @returns the scope there */
    leave: async (scope: Scope, sessionId: string): Promise<Scope> => {
      const { support } = scope;
      if (support) {
        await database.transaction(async (tx) => {
          await tenantsStore.lock(tx, scope);
          if (!(await sessionsStore.leaveSupport(tx, sessionId, support.grantId))) return;
          await activityStore.record(tx, scope, { kind: 'support.left' }, null, clock());
        });
      }
      return scopeOutside(scope);
    },

    /** Takes a session out of a grant that does not hold any more. */
    takeOut: async ({ id, support, supportEnd }: LiveSession): Promise<void> => {
      if (support === null) return;
      if (supportEnd === 'expired') await finish(support, 'expired');
      await sessionsStore.leaveSupport(database, id, support.grantId);
    },

    /** Ends everything that an operator was granted: who is not to sign in any more shall not come back to it. */
    withdraw: async (operatorId: string): Promise<void> => {
      for (const grant of await supportStore.openOfOperatorAcrossTenants(database, operatorId)) {
        await finish(grant, grant.endsAt <= clock() ? 'expired' : 'withdrawn');
      }
    },

    /** Records that time is up where nobody was inside to meet it. */
    expiry: {
      name: 'Support',
      everyMs: expireEveryMs,
      run: async () => {
        for (const grant of await supportStore.expiredAcrossTenants(database, clock())) await finish(grant, 'expired');
      },
    } satisfies Work,
  };
}

const fault = (key: 'unknown' | 'already'): FieldFault => ({ field: 'operator', key: `support:error.${key}` });
