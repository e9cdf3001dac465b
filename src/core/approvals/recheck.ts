import {
  independenceCheck,
  accountControlMs,
  type ApprovalTarget,
  type AreIndependent,
} from '../../domain/approvals.ts';
import { mayOnceApproved } from '../../domain/approval-policy.ts';
import { may, mayAssignLevels, maySetRules } from '../../domain/policy.ts';
import { restoreWindowMs } from '../../domain/regions.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { mayDeleteNow, tenantsStore, usersStore } from '../accounts/index.ts';
import { activityStore } from '../activity/index.ts';
import type { Approval } from './rows.ts';
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

type AboutApproval = Pick<Approval, 'act' | 'subject' | 'asker'>;

/** The judge's word on an act that its asker wants done: is another administrator needed, none at all, or is it refused? */
export async function wordOn(
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

/** @returns whether the scope's actor may answer a request, if they are another than its asker: what they could do themselves */
export const mayDecide = (scope: Scope, { act, subject, asker }: AboutApproval): boolean =>
  asker.id !== actingUserId(scope) && mayOnceApproved(scope, act, subject.users).allowed;

/** @returns whether a request is anything to the scope's actor: to everybody else it does not exist */
export const sees = (scope: Scope, approval: AboutApproval & Pick<Approval, 'decider'>): boolean =>
  [approval.asker.id, approval.decider?.id].includes(actingUserId(scope)) || mayDecide(scope, approval);

/** Reads what tells two people apart. @param now epoch ms */
export const readAreTwo = async (database: Database, scope: Scope, now: number): Promise<AreIndependent> =>
  independenceCheck(await activityStore.behind(database, scope, now - accountControlMs));

/** Those who could do by themselves what is asked for: who may answer, and who may not since the same person let them in. */
export interface Deciders {
  readonly confirmers: readonly User[];
  readonly dependent: readonly User[];
}

/** @returns who could answer a request, and who not, by level and name. @param now epoch ms */
export async function whoMayDecide(
  database: Database,
  scope: Scope,
  approval: AboutApproval,
  now: number,
): Promise<Deciders> {
  const [all, areTwo] = await Promise.all([
    approvalsStore.administrators(database, scope),
    readAreTwo(database, scope, now),
  ]);
  const able = all.filter((actor) => mayDecide(createScope({ ...scope, principal: person(actor) }), approval));
  const isFree = ({ id }: User): boolean => areTwo(approval.asker.id, id);
  return { confirmers: able.filter(isFree), dependent: able.filter((user) => !isFree(user)) };
}

/**
 * Looks at a request that waits, against everybody in it as they are now.
 * @param now epoch ms
 * @returns why it holds no more, or null
 */
export async function lapseOf(
  database: Database,
  scope: Scope,
  approval: Approval,
  now: number,
): Promise<ExpiryReason | null> {
  if (approval.expiresAt <= now) return 'time';
  const { asker, decider, act, subject } = approval;
  const ids = [asker.id, ...(decider ? [decider.id] : [])];
  const people = await usersStore.findMany(database, scope, ids, 'present');
  // Whoever was blocked or deleted, lost the level, or was given another password since, has asked and agreed to nothing.
  const stands = ({ id, epoch }: { id: string; epoch: number }): boolean => {
    const actor = people.find((each) => each.id === id);
    if (actor?.state !== 'active' || actor.epoch !== epoch) return false;
    return mayOnceApproved(createScope({ ...scope, principal: person(actor) }), act, subject.users).allowed;
  };
  if (!stands(asker)) return 'asker';
  if (decider && !stands(decider)) return 'confirmer';
  if (decider && !(await readAreTwo(database, scope, now))(asker.id, decider.id)) return 'confirmer';
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
    // Not one that was set up since.
    if (act === 'removeSecondFactor' && !((user?.secondFactorAt ?? Infinity) <= createdAt)) return false;
    return restorable && user?.epoch === epoch && user.administratorLevel === administratorLevel;
  };
  return subject.users.every(same);
}
