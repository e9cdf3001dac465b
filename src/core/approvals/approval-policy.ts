import {
  independenceCheck,
  isApprovalInForce,
  accountControlMs,
  type ApprovalTarget,
  type AreIndependent,
} from '../../domain/approvals.ts';
import { mayOnceApproved } from '../../domain/approval-policy.ts';
import { conflict } from '../../domain/errors.ts';
import { may, mayAssignLevels, maySetRules } from '../../domain/policy.ts';
import { restoreWindowMs } from '../../domain/regions.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { loadSpareApprover, mayDeleteNow, tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { Approval } from './approvals.mapping.ts';
import {
  policyActionOf,
  targetStateOf,
  type ApprovalAction,
  type ExpiryReason,
} from '../../domain/approval-actions.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { person, actingUserId } from '../../domain/principal.ts';
import type { PolicyDecision } from '../../domain/policy-decision.ts';

type ApprovalSummary = Pick<Approval, 'act' | 'subject' | 'requester'>;

/**
 * @param now the current time, epoch ms
 * @returns the decision of the policy on an action: allowed, denied, or allowed with another administrator's approval
 */
export async function verdictOn(
  database: Database,
  scope: Scope,
  act: ApprovalAction,
  targets: readonly User[],
  now: number,
): Promise<PolicyDecision> {
  if (act === 'loosenRules') return maySetRules(scope, true);
  if (act === 'delete') return mayDeleteNow(database, scope, targets, now);
  if (act === 'giveGlobalAdmin') return mayGiveGlobalAdmin(scope, targets);
  return may(scope, policyActionOf[act], targets[0]);
}

function mayGiveGlobalAdmin(scope: Scope, [target]: readonly User[]): PolicyDecision {
  if (target === undefined) return may(scope, 'users.edit');
  const decision = may(scope, 'users.edit', target);
  return decision.allowed ? mayAssignLevels(scope, target, { ...target, administratorLevel: 'global' }) : decision;
}

/**
 * @returns whether the actor may approve or decline a request. False for the requester and for users who could not
 * perform the action
 */
export const canDecide = (scope: Scope, { act, subject, requester }: ApprovalSummary): boolean =>
  requester.id !== actingUserId(scope) && mayOnceApproved(scope, act, subject.users).allowed;

/**
 * @returns whether the actor may see a request. For all other users, the portal responds as if the request did not
 * exist
 */
export const canSee = (scope: Scope, approval: ApprovalSummary & Pick<Approval, 'approver'>): boolean =>
  [approval.requester.id, approval.approver?.id].includes(actingUserId(scope)) || canDecide(scope, approval);

/**
 * Reads the log and returns a function that checks whether two accounts are independent.
 * @param now the current time, epoch ms
 */
export const loadIndependenceCheck = async (database: Database, scope: Scope, now: number): Promise<AreIndependent> =>
  independenceCheck(await activityStore.findAccountControllers(database, scope, now - accountControlMs));

/**
 * Before users are deleted with an approval, checks that requests could still be approved afterward.
 * @param now the current time, epoch ms
 * @throws Failure conflict if not
 */
export async function requireRemainingApprovers(
  database: Database,
  scope: Scope,
  { act, users }: { readonly act: ApprovalAction; readonly users: readonly User[] },
  now: number,
): Promise<void> {
  if (act !== 'delete') return;
  const spareApprover = await loadSpareApprover(database, scope, now);
  if (!users.every(spareApprover)) throw conflict('user.lastApprovers');
}

/**
 * The administrators who could perform the action themselves. Those in `dependent` may not approve it, because either
 * they or the requester recently received access to their account from the other, or both received it from the same
 * user.
 */
export interface Approvers {
  readonly eligible: readonly User[];
  readonly dependent: readonly User[];
}

/**
 * @returns the eligible and the dependent administrators for a request, each sorted by level and name
 * @param now the current time, epoch ms
 */
export async function findApprovers(
  database: Database,
  scope: Scope,
  approval: ApprovalSummary,
  now: number,
): Promise<Approvers> {
  const [all, areIndependent] = await Promise.all([
    approvalsStore.listAdministrators(database, scope),
    loadIndependenceCheck(database, scope, now),
  ]);
  const authorized = all.filter((actor) => canDecide(createScope({ ...scope, principal: person(actor) }), approval));
  const isIndependent = ({ id }: User): boolean => areIndependent(approval.requester.id, id);
  return { eligible: authorized.filter(isIndependent), dependent: authorized.filter((user) => !isIndependent(user)) };
}

/**
 * Checks a pending request against the current state of the users involved.
 * @param now the current time, epoch ms
 * @returns the reason why the request is no longer valid, or null
 */
export async function findExpiryReason(
  database: Database,
  scope: Scope,
  approval: Approval,
  now: number,
): Promise<ExpiryReason | null> {
  if (!isApprovalInForce(approval, now)) return 'time';
  const { requester, approver, act, subject } = approval;
  const ids = [requester.id, ...(approver ? [approver.id] : [])];
  const people = await usersStore.findMany(database, scope, ids, 'present');
  // A request or approval is no longer valid if the requester or approver has since been blocked or deleted, lost the
  // level, or received a new credential.
  const isStillValid = ({ id, epoch }: { id: string; epoch: number }): boolean => {
    const actor = people.find((each) => each.id === id);
    if (actor?.state !== 'active' || actor.epoch !== epoch) return false;
    return mayOnceApproved(createScope({ ...scope, principal: person(actor) }), act, subject.users).allowed;
  };
  if (!isStillValid(requester)) return 'asker';
  if (approver && !isStillValid(approver)) return 'confirmer';
  if (approver && !(await loadIndependenceCheck(database, scope, now))(requester.id, approver.id)) return 'confirmer';
  return (await isUnchanged(database, scope, approval, now)) ? null : 'subject';
}

async function isUnchanged(database: Database, scope: Scope, approval: Approval, now: number): Promise<boolean> {
  const { act, subject, createdAt } = approval;
  if (subject.own !== undefined) {
    const tenant = await tenantsStore.findOwn(database, scope);
    return JSON.stringify(tenant?.ownRules ?? {}) === JSON.stringify(subject.own.before);
  }
  const among = targetStateOf[act];
  if (among === undefined) return true;
  const ids = subject.users.map(({ id }) => id);
  const found = new Map((await usersStore.findMany(database, scope, ids, among)).map((user) => [user.id, user]));
  const same = ({ id, epoch, administratorLevel }: ApprovalTarget): boolean => {
    const user = found.get(id);
    const restorable = among === 'present' || (user?.deletedAt ?? 0) + restoreWindowMs(scope.rules) > now;
    // The approval does not cover a second factor that was set up after the request.
    if (act === 'removeSecondFactor' && !((user?.secondFactorAt ?? Infinity) <= createdAt)) return false;
    return restorable && user?.epoch === epoch && user.administratorLevel === administratorLevel;
  };
  return subject.users.every(same);
}
