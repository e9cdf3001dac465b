import { randomUUID } from 'node:crypto';
import { maxOpenApprovals, approvalLifetimeMs, type ApprovalSubject } from '../../domain/approvals.ts';
import { Failure, notFound } from '../../domain/errors.ts';
import { noticesSubscriber, type Notice } from '../../domain/notices.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import {
  findExpiryReason,
  canDecide,
  loadIndependenceCheck,
  canSee,
  findApprovers,
  requireRemainingApprovers,
  verdictOn,
  type Approvers,
} from './approval-policy.ts';
import { asRequester, isSame, subjectOf, targetIdOf } from './approval-subject.ts';
import { toEventData, expire } from './expire-approvals.ts';
import type { Approval } from './approvals.mapping.ts';
import { targetStateOf, type ApprovalAction } from '../../domain/approval-actions.ts';
import { activityStore, deliveriesStore } from '../activity/index.ts';
import { tenantsStore, usersStore } from '../accounts/index.ts';
import { checkAnswer, checkRequest } from './request-validation.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { person, actingUserId } from '../../domain/principal.ts';
import type { Denial } from '../../domain/policy-decision.ts';

/** An action for which approval is requested. */
export interface RequestedApproval extends Omit<ApprovalSubject, 'users'> {
  readonly act: ApprovalAction;
  readonly userIds: readonly string[];
}

/** The result of a check: the action requires approval (with the possible approvers), requires none, or is denied. */
export type ApprovalRequirement =
  | ({ readonly outcome: 'approvalRequired'; readonly users: readonly User[] } & Approvers)
  | { readonly outcome: 'allowed'; readonly users: readonly User[] }
  | { readonly outcome: 'refused'; readonly decision: Denial };

export type RequestResult =
  | { readonly outcome: 'requested'; readonly id: string }
  | { readonly outcome: 'tooMany' }
  | { readonly outcome: 'noApprover' }
  | Exclude<ApprovalRequirement, { outcome: 'approvalRequired' }>;

/** The result of a decision. `dependent`: see `Approvers`. */
export type DecideResult = 'decided' | 'late' | 'ownRequest' | 'dependent';

export type Approvals = ReturnType<typeof createApprovals>;

export interface ApprovalsDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

async function requirementOf(
  deps: ApprovalsDependencies,
  tx: Database,
  scope: Scope,
  requested: RequestedApproval,
): Promise<ApprovalRequirement> {
  const { clock } = deps;
  const among = targetStateOf[requested.act];
  const users = among === undefined ? [] : await usersStore.findMany(tx, scope, requested.userIds, among);
  if (among !== undefined && users.length === 0) throw notFound();
  const decision = await verdictOn(tx, scope, requested.act, users, clock());
  if (decision.allowed) return { outcome: 'allowed', users };
  if (decision.because !== 'secondAdministrator') return { outcome: 'refused', decision };
  await requireRemainingApprovers(tx, scope, { act: requested.act, users }, clock());
  const approval = { act: requested.act, subject: subjectOf(requested, users), requester: asRequester(scope, -1) };
  return { outcome: 'approvalRequired', users, ...(await findApprovers(tx, scope, approval, clock())) };
}

async function insertRequest(
  deps: ApprovalsDependencies,
  tx: Database,
  scope: Scope,
  { reason, ...requested }: RequestedApproval & { readonly reason: string },
  { users, eligible }: Extract<ApprovalRequirement, { outcome: 'approvalRequired' }>,
) {
  const { clock } = deps;
  const actor = await usersStore.find(tx, scope, actingUserId(scope));
  const ownPending = await approvalsStore.listPendingOfActor(tx, scope);
  const subject = subjectOf(requested, users);
  // A form that is submitted twice creates only one request.
  const same = ownPending.find((each) => each.act === requested.act && isSame(each.subject, subject));
  if (same !== undefined) return { outcome: 'requested', id: same.id } as const;
  if (actor === null || ownPending.length >= maxOpenApprovals) return { outcome: 'tooMany' } as const;
  const [id, at] = [randomUUID(), clock()];
  const expiresAt = at + approvalLifetimeMs(scope.rules);
  const approval = { id, act: requested.act, subject, reason, createdAt: at, expiresAt };
  await approvalsStore.insert(tx, scope, { ...approval, requesterEpoch: actor.epoch });
  const event = { kind: 'approval.asked', ...toEventData(approval), said: reason } as const;
  await activityStore.record(tx, scope, event, targetIdOf(subject), at);
  // The email contains neither the reason nor the affected users; the portal shows them after sign-in.
  const message = { kind: 'approvalAsked', act: requested.act, until: expiresAt } satisfies Notice;
  const notices = eligible.map((user) => ({ userId: user.id, message, at }));
  await deliveriesStore.enqueue(tx, scope, noticesSubscriber.name, notices);
  return { outcome: 'requested', id } as const;
}

/** @throws Failure notFound if the ID is unknown or the actor may not see the request */
async function loadVisible(tx: Database, scope: Scope, id: string): Promise<Approval> {
  const approval = await approvalsStore.find(tx, scope, id);
  if (approval === null || !canSee(scope, approval)) throw notFound();
  return approval;
}

export function load(deps: ApprovalsDependencies, scope: Scope, id: string): Promise<Approval> {
  const { database } = deps;
  return loadVisible(database, scope, id);
}

/** Checks whether an action now requires approval. @throws Failure notFound if the affected users do not exist */
export function checkRequirement(
  deps: ApprovalsDependencies,
  scope: Scope,
  requested: RequestedApproval,
): Promise<ApprovalRequirement> {
  const { database } = deps;
  return requirementOf(deps, database, scope, requested);
}

/**
 * Requests another administrator's approval. The requester must state a reason.
 * @throws Failure notFound, or badRequest for an invalid request or an empty reason
 */
export async function request(
  deps: ApprovalsDependencies,
  scope: Scope,
  requested: RequestedApproval,
  reason: string,
): Promise<RequestResult> {
  const { database } = deps;
  checkRequest(requested, reason);
  return database.transaction(async (tx): Promise<RequestResult> => {
    await tenantsStore.lock(tx, scope);
    const requirement = await requirementOf(deps, tx, scope, requested);
    if (requirement.outcome !== 'approvalRequired') return requirement;
    if (requirement.eligible.length === 0) return { outcome: 'noApprover' };
    return insertRequest(deps, tx, scope, { ...requested, reason }, requirement);
  });
}

/** Approves or declines a request, with an optional comment. @throws Failure notFound, or badRequest if invalid */
export async function decide(
  deps: ApprovalsDependencies,
  scope: Scope,
  id: string,
  answer: 'confirmed' | 'declined',
  remark: string,
): Promise<DecideResult> {
  const { database, clock } = deps;
  checkAnswer(answer, remark);
  return database.transaction(async (tx): Promise<DecideResult> => {
    await tenantsStore.lock(tx, scope);
    const approval = await loadVisible(tx, scope, id);
    if (approval.requester.id === actingUserId(scope)) return 'ownRequest';
    const actor = await usersStore.find(tx, scope, actingUserId(scope));
    if (actor?.state !== 'active' || !canDecide({ ...scope, principal: person(actor) }, approval)) throw notFound();
    if (approval.state !== 'open') return 'late';
    const at = clock();
    if (!(await loadIndependenceCheck(tx, scope, at))(approval.requester.id, actor.id)) return 'dependent';
    const expiredBy = await findExpiryReason(tx, scope, approval, at);
    if (expiredBy !== null) await expire(tx, scope, approval, expiredBy, at);
    if (expiredBy !== null) return 'late';
    const confirmed = answer === 'confirmed';
    await approvalsStore.transition(tx, scope, approval, {
      state: answer,
      endedAt: confirmed ? null : at,
      expiresAt: confirmed ? at + approvalLifetimeMs(scope.rules) : approval.expiresAt,
      decided: { epoch: actor.epoch, remark, at },
    });
    const event = { kind: `approval.${answer}`, ...toEventData(approval), said: remark } as const;
    await activityStore.record(tx, scope, event, approval.requester.id, at);
    return 'decided';
  });
}

/** Withdraws the actor's own request. @returns whether it was still pending. @throws Failure notFound or forbidden */
export function withdraw(deps: ApprovalsDependencies, scope: Scope, id: string): Promise<boolean> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const approval = await loadVisible(tx, scope, id);
    if (approval.requester.id !== actingUserId(scope)) throw new Failure('forbidden');
    if (approval.state !== 'open' && approval.state !== 'confirmed') return false;
    const at = clock();
    await approvalsStore.transition(tx, scope, approval, { state: 'withdrawn', endedAt: at });
    const event = { kind: 'approval.withdrawn', ...toEventData(approval) } as const;
    await activityStore.record(tx, scope, event, targetIdOf(approval.subject), at);
    return true;
  });
}

/** Requests for approval and the decisions on them. Approved requests are performed by `perform-approval.ts`. */
export const createApprovals = (deps: ApprovalsDependencies) =>
  bind(deps, { load, checkRequirement, request, decide, withdraw });
