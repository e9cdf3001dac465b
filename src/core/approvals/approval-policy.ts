import { areTwoBy, behindMs, type ApprovalTarget, type AreTwo } from '../../domain/approvals.ts';
import { couldDo } from '../../domain/approval-policy.ts';
import { may, mayGive, maySetRules } from '../../domain/policy.ts';
import { restoreWindowMs } from '../../domain/regions.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { mayDeleteNow, tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { Approval } from './approvals.mapping.ts';
import { actionOf, amongOf, type ApprovalAct, type LapsedBy } from '../../domain/approval-acts.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { person, actingUserId } from '../../domain/principal.ts';
import type { Verdict } from '../../domain/verdict.ts';

type ApprovalSummary = Pick<Approval, 'act' | 'subject' | 'requester'>;

/** The judge's word on an act that its asker wants done: is another administrator needed, none at all, or is it refused? */
export async function verdictOn(
  database: Database,
  scope: Scope,
  act: ApprovalAct,
  targets: readonly User[],
  now: number,
): Promise<Verdict> {
  if (act === 'loosenRules') return maySetRules(scope, true);
  if (act === 'delete') return mayDeleteNow(database, scope, targets, now);
  if (act === 'giveGlobalAdmin') return mayGiveGlobalAdmin(scope, targets);
  return may(scope, actionOf[act], targets[0]);
}

function mayGiveGlobalAdmin(scope: Scope, [target]: readonly User[]): Verdict {
  if (target === undefined) return may(scope, 'users.edit');
  const verdict = may(scope, 'users.edit', target);
  return verdict.allowed ? mayGive(scope, target, { ...target, administratorLevel: 'global' }) : verdict;
}

/** @returns whether the scope's actor may answer a request, if they are another than its asker: what they could do themselves */
export const canDecide = (scope: Scope, { act, subject, requester }: ApprovalSummary): boolean =>
  requester.id !== actingUserId(scope) && couldDo(scope, act, subject.users).allowed;

/** @returns whether a request is anything to the scope's actor: to everybody else it does not exist */
export const canSee = (scope: Scope, approval: ApprovalSummary & Pick<Approval, 'approver'>): boolean =>
  [approval.requester.id, approval.approver?.id].includes(actingUserId(scope)) || canDecide(scope, approval);

/** Reads what tells two people apart. @param now epoch ms */
export const loadIndependenceCheck = async (database: Database, scope: Scope, now: number): Promise<AreTwo> =>
  areTwoBy(await activityStore.findAccountControllers(database, scope, now - behindMs));

/** Those who could do by themselves what is asked for: who may answer, and who may not since the same person let them in. */
export interface Approvers {
  readonly eligible: readonly User[];
  readonly dependent: readonly User[];
}

/** @returns who could answer a request, and who not, by level and name. @param now epoch ms */
export async function findApprovers(
  database: Database,
  scope: Scope,
  approval: ApprovalSummary,
  now: number,
): Promise<Approvers> {
  const [all, areTwo] = await Promise.all([
    approvalsStore.listAdministrators(database, scope),
    loadIndependenceCheck(database, scope, now),
  ]);
  const able = all.filter((actor) => canDecide(createScope({ ...scope, principal: person(actor) }), approval));
  const isFree = ({ id }: User): boolean => areTwo(approval.requester.id, id);
  return { eligible: able.filter(isFree), dependent: able.filter((user) => !isFree(user)) };
}

/**
 * Looks at a request that waits, against everybody in it as they are now.
 * @param now epoch ms
 * @returns why it holds no more, or null
 */
export async function findExpiryReason(
  database: Database,
  scope: Scope,
  approval: Approval,
  now: number,
): Promise<LapsedBy | null> {
  if (approval.expiresAt <= now) return 'time';
  const { requester, approver, act, subject } = approval;
  const ids = [requester.id, ...(approver ? [approver.id] : [])];
  const people = await usersStore.findMany(database, scope, ids, 'present');
  // Whoever was blocked or deleted, lost the level, or was given another password since, has asked and agreed to nothing.
  const stands = ({ id, epoch }: { id: string; epoch: number }): boolean => {
    const actor = people.find((each) => each.id === id);
    if (actor?.state !== 'active' || actor.epoch !== epoch) return false;
    return couldDo(createScope({ ...scope, principal: person(actor) }), act, subject.users).allowed;
  };
  if (!stands(requester)) return 'asker';
  if (approver && !stands(approver)) return 'confirmer';
  if (approver && !(await loadIndependenceCheck(database, scope, now))(requester.id, approver.id)) return 'confirmer';
  return (await isUnchanged(database, scope, approval, now)) ? null : 'subject';
}

async function isUnchanged(database: Database, scope: Scope, approval: Approval, now: number): Promise<boolean> {
  const { act, subject, createdAt } = approval;
  if (subject.own !== undefined) {
    const tenant = await tenantsStore.findOwn(database, scope);
    return JSON.stringify(tenant?.ownRules ?? {}) === JSON.stringify(subject.own.before);
  }
  const among = amongOf[act];
  if (among === undefined) return true;
  const ids = subject.users.map(({ id }) => id);
  const found = new Map((await usersStore.findMany(database, scope, ids, among)).map((user) => [user.id, user]));
  const same = ({ id, epoch, administratorLevel }: ApprovalTarget): boolean => {
    const user = found.get(id);
    const restorable = among === 'present' || (user?.deletedAt ?? 0) + restoreWindowMs(scope.rules) > now;
    // Not one that was set up since.
    if (act === 'removeSecondFactor' && !((user?.secondFactorAt ?? Infinity) <= createdAt)) return false;
    return restorable && user?.epoch === epoch && user.administratorLevel === administratorLevel;
  };
  return subject.users.every(same);
}
