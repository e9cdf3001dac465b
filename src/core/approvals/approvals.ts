import { randomUUID } from 'node:crypto';
import { maxWaitingApprovals, waitsMs, type ApprovalSubject, type ApprovalTarget } from '../../domain/approvals.ts';
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
  verdictOn,
  type Approvers,
} from './approval-policy.ts';
import { toEventData, expire } from './expire-approvals.ts';
import type { Approval } from './approvals.mapping.ts';
import { amongOf, type ApprovalAct } from '../../domain/approval-acts.ts';
import { activityStore, deliveriesStore } from '../activity/index.ts';
import { tenantsStore, usersStore } from '../accounts/index.ts';
import { checkAnswer, checkRequest } from './request-validation.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { person, actingUserId } from '../../domain/principal.ts';
import type { Refused } from '../../domain/verdict.ts';

/** What somebody wants to ask for. */
export interface RequestedApproval extends Omit<ApprovalSubject, 'users'> {
  readonly act: ApprovalAct;
  readonly userIds: readonly string[];
}

/** How a requested stands: another must agree, and these could; or nobody has to; or it is refused to whoever asks, too. */
export type ApprovalRequirement =
  | ({ readonly outcome: 'second'; readonly users: readonly User[] } & Approvers)
  | { readonly outcome: 'alone'; readonly users: readonly User[] }
  | { readonly outcome: 'refused'; readonly verdict: Refused };

export type RequestResult =
  | { readonly outcome: 'asked'; readonly id: string }
  | { readonly outcome: 'tooMany' }
  | { readonly outcome: 'nobody' }
  | Exclude<ApprovalRequirement, { outcome: 'second' }>;

/** What came of an answer: it counts, it came too late, or it was one's own request, or that of whoever let one in. */
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
  const among = amongOf[requested.act];
  const users = among === undefined ? [] : await usersStore.findMany(tx, scope, requested.userIds, among);
  if (among !== undefined && users.length === 0) throw notFound();
  const verdict = await verdictOn(tx, scope, requested.act, users, clock());
  if (verdict.allowed) return { outcome: 'alone', users };
  if (verdict.because !== 'secondAdministrator') return { outcome: 'refused', verdict };
  const approval = { act: requested.act, subject: subjectOf(requested, users), requester: asRequester(scope, -1) };
  return { outcome: 'second', users, ...(await findApprovers(tx, scope, approval, clock())) };
}

async function insertRequest(
  deps: ApprovalsDependencies,
  tx: Database,
  scope: Scope,
  { reason, ...requested }: RequestedApproval & { readonly reason: string },
  { users, eligible }: Extract<ApprovalRequirement, { outcome: 'second' }>,
) {
  const { clock } = deps;
  const actor = await usersStore.find(tx, scope, actingUserId(scope));
  const mine = await approvalsStore.listPendingOfActor(tx, scope);
  const subject = subjectOf(requested, users);
  // Asked for twice, by a form that was sent again, it is one request.
  const same = mine.find((each) => each.act === requested.act && isSame(each.subject, subject));
  if (same !== undefined) return { outcome: 'asked', id: same.id } as const;
  if (actor === null || mine.length >= maxWaitingApprovals) return { outcome: 'tooMany' } as const;
  const [id, at] = [randomUUID(), clock()];
  const expiresAt = at + waitsMs(scope.rules);
  const approval = { id, act: requested.act, subject, reason, createdAt: at, expiresAt };
  await approvalsStore.insert(tx, scope, { ...approval, requesterEpoch: actor.epoch });
  const event = { kind: 'approval.asked', ...toEventData(approval), said: reason } as const;
  await activityStore.record(tx, scope, event, targetIdOf(subject), at);
  // By mail only what it is, and who asks: the reason is read here.
  const message = { kind: 'approvalAsked', act: requested.act, until: expiresAt } satisfies Notice;
  const notices = eligible.map((user) => ({ userId: user.id, message, at }));
  await deliveriesStore.enqueue(tx, scope, noticesSubscriber.name, notices);
  return { outcome: 'asked', id } as const;
}

/** @throws Failure notFound: for whoever it is nothing to, exactly as for a request that never was */
async function loadVisible(tx: Database, scope: Scope, id: string): Promise<Approval> {
  const approval = await approvalsStore.find(tx, scope, id);
  if (approval === null || !canSee(scope, approval)) throw notFound();
  return approval;
}

export function load(deps: ApprovalsDependencies, scope: Scope, id: string): Promise<Approval> {
  const { database } = deps;
  return loadVisible(database, scope, id);
}

/** @returns how a requested stands now. @throws Failure notFound where those whom it is about are not there */
export function checkRequirement(
  deps: ApprovalsDependencies,
  scope: Scope,
  requested: RequestedApproval,
): Promise<ApprovalRequirement> {
  const { database } = deps;
  return requirementOf(deps, database, scope, requested);
}

/** Asks the others. @param reason not empty. @throws Failure notFound, or badRequest for what no form sends */
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
    const outlook = await requirementOf(deps, tx, scope, requested);
    if (outlook.outcome !== 'second') return outlook;
    if (outlook.eligible.length === 0) return { outcome: 'nobody' };
    return insertRequest(deps, tx, scope, { ...requested, reason }, outlook);
  });
}

/** Answers another's request. @param remark may be empty. @throws Failure notFound, or badRequest for what no form sends */
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
      expiresAt: confirmed ? at + waitsMs(scope.rules) : approval.expiresAt,
      decided: { epoch: actor.epoch, remark, at },
    });
    const event = { kind: `approval.${answer}`, ...toEventData(approval), said: remark } as const;
    await activityStore.record(tx, scope, event, approval.requester.id, at);
    return 'decided';
  });
}

/** Takes one's own request back. @returns whether it was still waiting. @throws Failure notFound or forbidden */
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

/** Asking another administrator, and answering. What was confirmed is done in `approvals.perform.ts`. */
export const createApprovals = (deps: ApprovalsDependencies) =>
  bind(deps, { load, checkRequirement, request, decide, withdraw });

const asRequester = (scope: Scope, epoch: number) => ({ id: actingUserId(scope), epoch, name: '', username: '' });

const subjectOf = ({ log, own }: RequestedApproval, users: readonly User[]): ApprovalSubject => ({
  users: users.map(({ id, epoch, administratorLevel, globalAdminUntil }): ApprovalTarget => ({
    id,
    epoch,
    administratorLevel,
    globalAdminUntil,
  })),
  log,
  own,
});

const isSame = (one: ApprovalSubject, other: ApprovalSubject): boolean => JSON.stringify(one) === JSON.stringify(other);

/** @returns whom a request is about, where it is one person */
export const targetIdOf = ({ users }: ApprovalSubject): string | null =>
  users.length === 1 ? (users[0]?.id ?? null) : null;
