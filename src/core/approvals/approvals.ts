import { randomUUID } from 'node:crypto';
import {
  maxOpenApprovals,
  approvalLifetimeMs,
  type ApprovalSubject,
  type ApprovalTarget,
} from '../../domain/approvals.ts';
import { Failure, notFound } from '../../domain/errors.ts';
import { noticesSubscriber, type Notice } from '../../domain/notices.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { lapseOf, mayDecide, readAreTwo, sees, whoMayDecide, wordOn, type Deciders } from './recheck.ts';
import { eventOf, lapse } from './lapse.ts';
import type { Approval } from './rows.ts';
import { targetStateOf, type ApprovalAction } from '../../domain/approval-actions.ts';
import { activityStore, deliveriesStore } from '../activity/index.ts';
import { tenantsStore, usersStore } from '../accounts/index.ts';
import { checkAnswer, checkRequest } from './validation.ts';
import * as approvalsStore from './approvals.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { person, actingUserId } from '../../domain/principal.ts';
import type { Denial } from '../../domain/policy-decision.ts';

/** What somebody wants to ask for. */
export interface Wish extends Omit<ApprovalSubject, 'users'> {
  readonly act: ApprovalAction;
  readonly userIds: readonly string[];
}

/** How a wish stands: another must agree, and these could; or nobody has to; or it is refused to whoever asks, too. */
export type Outlook =
  | ({ readonly outcome: 'second'; readonly users: readonly User[] } & Deciders)
  | { readonly outcome: 'alone'; readonly users: readonly User[] }
  | { readonly outcome: 'refused'; readonly decision: Denial };

export type AskResult =
  | { readonly outcome: 'asked'; readonly id: string }
  | { readonly outcome: 'tooMany' }
  | { readonly outcome: 'nobody' }
  | Exclude<Outlook, { outcome: 'second' }>;

/** What came of an answer: it counts, it came too late, or it was one's own request, or that of whoever let one in. */
export type DecideResult = 'decided' | 'late' | 'ownRequest' | 'dependent';

export type Approvals = ReturnType<typeof createApprovals>;

export interface ApprovalsDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

async function outlookOf(deps: ApprovalsDependencies, tx: Database, scope: Scope, wish: Wish): Promise<Outlook> {
  const { clock } = deps;
  const among = targetStateOf[wish.act];
  const users = among === undefined ? [] : await usersStore.findMany(tx, scope, wish.userIds, among);
  if (among !== undefined && users.length === 0) throw notFound();
  const decision = await wordOn(tx, scope, wish.act, users, clock());
  if (decision.allowed) return { outcome: 'alone', users };
  if (decision.because !== 'secondAdministrator') return { outcome: 'refused', decision };
  const approval = { act: wish.act, subject: subjectOf(wish, users), asker: asAsker(scope, -1) };
  return { outcome: 'second', users, ...(await whoMayDecide(tx, scope, approval, clock())) };
}

async function write(
  deps: ApprovalsDependencies,
  tx: Database,
  scope: Scope,
  { reason, ...wish }: Wish & { readonly reason: string },
  { users, confirmers }: Extract<Outlook, { outcome: 'second' }>,
) {
  const { clock } = deps;
  const actor = await usersStore.find(tx, scope, actingUserId(scope));
  const mine = await approvalsStore.liveOfActor(tx, scope);
  const subject = subjectOf(wish, users);
  // Asked for twice, by a form that was sent again, it is one request.
  const same = mine.find((each) => each.act === wish.act && isSame(each.subject, subject));
  if (same !== undefined) return { outcome: 'asked', id: same.id } as const;
  if (actor === null || mine.length >= maxOpenApprovals) return { outcome: 'tooMany' } as const;
  const [id, at] = [randomUUID(), clock()];
  const expiresAt = at + approvalLifetimeMs(scope.rules);
  const approval = { id, act: wish.act, subject, reason, createdAt: at, expiresAt };
  await approvalsStore.insert(tx, scope, { ...approval, askerEpoch: actor.epoch });
  const event = { kind: 'approval.asked', ...eventOf(approval), said: reason } as const;
  await activityStore.record(tx, scope, event, targetIdOf(subject), at);
  // By mail only what it is, and who asks: the reason is read here.
  const message = { kind: 'approvalAsked', act: wish.act, until: expiresAt } satisfies Notice;
  const notices = confirmers.map((user) => ({ userId: user.id, message, at }));
  await deliveriesStore.enqueue(tx, scope, noticesSubscriber.name, notices);
  return { outcome: 'asked', id } as const;
}

/** @throws Failure notFound: for whoever it is nothing to, exactly as for a request that never was */
async function loadFrom(tx: Database, scope: Scope, id: string): Promise<Approval> {
  const approval = await approvalsStore.find(tx, scope, id);
  if (approval === null || !sees(scope, approval)) throw notFound();
  return approval;
}

export function load(deps: ApprovalsDependencies, scope: Scope, id: string): Promise<Approval> {
  const { database } = deps;
  return loadFrom(database, scope, id);
}

/** @returns how a wish stands now. @throws Failure notFound where those whom it is about are not there */
export function outlook(deps: ApprovalsDependencies, scope: Scope, wish: Wish): Promise<Outlook> {
  const { database } = deps;
  return outlookOf(deps, database, scope, wish);
}

/** Asks the others. @param reason not empty. @throws Failure notFound, or badRequest for what no form sends */
export async function ask(deps: ApprovalsDependencies, scope: Scope, wish: Wish, reason: string): Promise<AskResult> {
  const { database } = deps;
  checkRequest(wish, reason);
  return database.transaction(async (tx): Promise<AskResult> => {
    await tenantsStore.lock(tx, scope);
    const outlook = await outlookOf(deps, tx, scope, wish);
    if (outlook.outcome !== 'second') return outlook;
    if (outlook.confirmers.length === 0) return { outcome: 'nobody' };
    return write(deps, tx, scope, { ...wish, reason }, outlook);
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
    const approval = await loadFrom(tx, scope, id);
    if (approval.asker.id === actingUserId(scope)) return 'ownRequest';
    const actor = await usersStore.find(tx, scope, actingUserId(scope));
    if (actor?.state !== 'active' || !mayDecide({ ...scope, principal: person(actor) }, approval)) throw notFound();
    if (approval.state !== 'open') return 'late';
    const at = clock();
    if (!(await readAreTwo(tx, scope, at))(approval.asker.id, actor.id)) return 'dependent';
    const lapsedBy = await lapseOf(tx, scope, approval, at);
    if (lapsedBy !== null) await lapse(tx, scope, approval, lapsedBy, at);
    if (lapsedBy !== null) return 'late';
    const confirmed = answer === 'confirmed';
    await approvalsStore.move(tx, scope, approval, {
      state: answer,
      endedAt: confirmed ? null : at,
      expiresAt: confirmed ? at + approvalLifetimeMs(scope.rules) : approval.expiresAt,
      decided: { epoch: actor.epoch, remark, at },
    });
    const event = { kind: `approval.${answer}`, ...eventOf(approval), said: remark } as const;
    await activityStore.record(tx, scope, event, approval.asker.id, at);
    return 'decided';
  });
}

/** Takes one's own request back. @returns whether it was still waiting. @throws Failure notFound or forbidden */
export function withdraw(deps: ApprovalsDependencies, scope: Scope, id: string): Promise<boolean> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const approval = await loadFrom(tx, scope, id);
    if (approval.asker.id !== actingUserId(scope)) throw new Failure('forbidden');
    if (approval.state !== 'open' && approval.state !== 'confirmed') return false;
    const at = clock();
    await approvalsStore.move(tx, scope, approval, { state: 'withdrawn', endedAt: at });
    const event = { kind: 'approval.withdrawn', ...eventOf(approval) } as const;
    await activityStore.record(tx, scope, event, targetIdOf(approval.subject), at);
    return true;
  });
}

/** Asking another administrator, and answering. What was confirmed is done in `approvals.perform.ts`. */
export const createApprovals = (deps: ApprovalsDependencies) => bind(deps, { load, outlook, ask, decide, withdraw });

const asAsker = (scope: Scope, epoch: number) => ({ id: actingUserId(scope), epoch, name: '', username: '' });

const subjectOf = ({ log, own }: Wish, users: readonly User[]): ApprovalSubject => ({
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
