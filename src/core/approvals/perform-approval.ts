import type { Approval } from './approvals.mapping.ts';
import type { LogFilterName } from '../../domain/activity/event.ts';
import type { LogSelection } from '../../domain/approvals.ts';
import { conflict, Failure, notFound } from '../../domain/errors.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import { type LogExports, activityStore } from '../activity/index.ts';
import {
  type TenantRulesFeature,
  removeSecondFactorAction,
  type Throttle,
  recordExport,
  editAction,
  remove,
  restore,
  performAction,
  type UserAction,
  type ResetResult,
  type Users,
  tenantsStore,
  usersStore,
} from '../accounts/index.ts';
import { findExpiryReason } from './approval-policy.ts';
import { toEventData, expire } from './expire-approvals.ts';
import { targetIdOf } from './approval-subject.ts';
import type { Approvals } from './approvals.ts';
import { policyActionOf } from '../../domain/approval-actions.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { actingUserId } from '../../domain/principal.ts';

/** The result of performing an approved request. `late`: the request is no longer valid. */
export type Performed =
  | { readonly outcome: 'late' }
  | { readonly outcome: 'reset'; readonly result: ResetResult }
  | { readonly outcome: 'changed' | 'file'; readonly approval: Approval };

const partNames = { user: 'person', kind: 'kind', from: 'firstDay', to: 'lastDay' } as const;

const namesOfPart = (part: LogSelection): LogFilterName[] =>
  (Object.keys(partNames) as (keyof LogSelection)[]).filter((key) => part[key] !== null).map((key) => partNames[key]);

export type Perform = ReturnType<typeof createPerform>;

export interface PerformDependencies {
  readonly database: Database;
  readonly approvals: Approvals;
  readonly users: Users;
  readonly logExports: Pick<LogExports, 'record'>;
  readonly rules: TenantRulesFeature;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

/**
 * Consumes an approved request.
 * @returns null if it is not approved or no longer valid
 */
async function consumeApproval(
  deps: PerformDependencies,
  tx: Database,
  scope: Scope,
  id: string,
): Promise<Approval | null> {
  const { clock } = deps;
  const approval = await approvalsStore.find(tx, scope, id);
  if (approval?.state !== 'confirmed' || approval.requester.id !== actingUserId(scope)) return null;
  const at = clock();
  const found = await findExpiryReason(tx, scope, approval, at);
  // The region's rules may have become stricter in the meantime and no longer allow the requested rules.
  const expiredBy = found ?? (isPossible(deps, approval) ? null : 'subject');
  if (expiredBy !== null) await expire(tx, scope, approval, expiredBy, at);
  if (expiredBy !== null) return null;
  if (!(await approvalsStore.transition(tx, scope, approval, { state: 'done', endedAt: at }))) return null;
  const event = { kind: 'approval.done', ...toEventData(approval) } as const;
  await activityStore.record(tx, scope, event, targetIdOf(approval.subject), at);
  return approval;
}

function isPossible(deps: PerformDependencies, { subject: { own } }: Approval): boolean {
  const { rules } = deps;
  return own === undefined || rules.isAllowedByRegion(own.next);
}

function consumeAndRun(
  deps: PerformDependencies,
  scope: Scope,
  { id }: Approval,
  work: (tx: Database, approval: Approval) => Promise<Performed>,
): Promise<Performed> {
  const { database } = deps;
  return database.transaction(async (tx): Promise<Performed> => {
    await tenantsStore.lock(tx, scope);
    const approval = await consumeApproval(deps, tx, scope, id);
    return approval === null ? { outcome: 'late' } : work(tx, approval);
  });
}

async function performReset(deps: PerformDependencies, scope: Scope, approval: Approval): Promise<Performed> {
  const { database, clock, users } = deps;
  // Check before hashing a password: a request that is no longer valid only has to be marked as expired.
  if ((await findExpiryReason(database, scope, approval, clock())) !== null)
    return consumeAndRun(deps, scope, approval, () => Promise.resolve({ outcome: 'late' }));
  const [target] = approval.subject.users;
  if (target === undefined) throw notFound();
  const consume = async (tx: Database): Promise<boolean> =>
    (await consumeApproval(deps, tx, scope, approval.id)) !== null;
  const result = await users.resetPassword(scope, target.id, target.epoch, consume);
  return result.outcome === 'stale' ? { outcome: 'late' } : { outcome: 'reset', result };
}

function performChange(deps: PerformDependencies, scope: Scope, found: Approval, step: UserAction): Promise<Performed> {
  const { clock } = deps;
  return consumeAndRun(deps, scope, found, async (tx, approval) => {
    const { subject, act } = approval;
    const among = act === 'restore' ? 'deleted' : 'present';
    const ids = subject.users.map(({ id }) => id);
    const changed = await usersStore.findMany(tx, scope, ids, among);
    for (const user of changed) {
      const { outcome } = await performAction(tx, scope, user.id, step, clock());
      // The policy has just allowed the action under the same lock, so this is unexpected. Throw, to roll everything
      // back.
      if (outcome === 'refused') throw new Failure('forbidden');
    }
    return { outcome: 'changed', approval };
  });
}

async function performRemoval(deps: PerformDependencies, scope: Scope, found: Approval): Promise<Performed> {
  const { database, throttle } = deps;
  const performed = await performChange(deps, scope, found, removeSecondFactorAction);
  const [target] = found.subject.users;
  const user = target && performed.outcome === 'changed' ? await usersStore.find(database, scope, target.id) : null;
  // As for a removal without approval, failed attempts with the removed factor must not count against the next one.
  if (user !== null) await throttle.codes.deleteCounts(user);
  return performed;
}

async function performExport(deps: PerformDependencies, scope: Scope, found: Approval): Promise<Performed> {
  const { throttle, logExports, clock } = deps;
  const { log } = found.subject;
  await throttle.requireBudget(scope, log ? 'logExport' : 'export');
  return consumeAndRun(deps, scope, found, async (tx, approval) => {
    if (log) await logExports.record(tx, scope, log.format, namesOfPart(log.part));
    else await recordExport(tx, scope, clock());
    return { outcome: 'file', approval };
  });
}

function performRulesChange(deps: PerformDependencies, scope: Scope, found: Approval): Promise<Performed> {
  const { rules } = deps;
  return consumeAndRun(deps, scope, found, async (tx, approval) => {
    const { subject } = approval;
    if (subject.own === undefined) throw new Error(`The request for ${policyActionOf.loosenRules} contains no rules`);
    await rules.setWithin(tx, scope, subject.own.next);
    return { outcome: 'changed', approval };
  });
}

/**
 * Performs an action that another administrator has approved. It can be performed only once, and only by the requester.
 * All conditions are checked again under the tenant's lock. The changes, the end of the request and their log entries
 * are written in one transaction.
 * @throws Failure notFound, forbidden for any other user, or conflict while the request has not been decided
 */
export async function perform(deps: PerformDependencies, scope: Scope, id: string): Promise<Performed> {
  const { approvals } = deps;
  const approval = await approvals.load(scope, id);
  if (approval.requester.id !== actingUserId(scope)) throw new Failure('forbidden');
  if (approval.state === 'open') throw conflict('approval.notConfirmed');
  if (approval.state !== 'confirmed') return { outcome: 'late' };
  const approvedScope = createScope({ ...scope, agreed: approval.act });
  switch (approval.act) {
    case 'resetPassword':
      return performReset(deps, approvedScope, approval);
    case 'removeSecondFactor':
      return performRemoval(deps, approvedScope, approval);
    case 'giveGlobalAdmin':
      return performChange(deps, approvedScope, approval, editAction({ administratorLevel: 'global' }));
    case 'restore':
      return performChange(deps, approvedScope, approval, restore);
    case 'delete':
      return performChange(deps, approvedScope, approval, remove);
    case 'exportUsers':
    case 'exportLog':
      return performExport(deps, approvedScope, approval);
    case 'loosenRules':
      return performRulesChange(deps, approvedScope, approval);
  }
}

export const createPerform = (deps: PerformDependencies) => bind(deps, { perform }).perform;
