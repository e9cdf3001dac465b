import { randomUUID } from 'node:crypto';
import { mostWaiting, waitsMs, type ApprovalSubject, type ApprovalTarget } from '../../domain/approvals.ts';
import { Failure, notFound } from '../../domain/errors.ts';
import type { Refused } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import type { Stores } from '../../stores.ts';
import { lapseOf, mayDecide, readAreTwo, sees, whoMayDecide, wordOn, type Deciders } from './recheck.ts';
import { eventOf, lapse } from './lapse.ts';
import type { Approval } from './rows.ts';
import { amongOf, type ApprovalAct } from '../../domain/approval-acts.ts';

/** What somebody wants to ask for. */
export interface Wish extends Omit<ApprovalSubject, 'users'> {
  readonly act: ApprovalAct;
  readonly userIds: readonly string[];
}

/** How a wish stands: another must agree, and these could; or nobody has to; or it is refused to whoever asks, too. */
export type Outlook =
  | ({ readonly outcome: 'second'; readonly users: readonly User[] } & Deciders)
  | { readonly outcome: 'alone'; readonly users: readonly User[] }
  | { readonly outcome: 'refused'; readonly verdict: Refused };

export type AskResult =
  | { readonly outcome: 'asked'; readonly id: string }
  | { readonly outcome: 'tooMany' }
  | { readonly outcome: 'nobody' }
  | Exclude<Outlook, { outcome: 'second' }>;

/** What came of an answer: it counts, it came too late, or it was one's own request, or that of whoever let one in. */
export type DecideResult = 'decided' | 'late' | 'ownRequest' | 'dependent';

export type Approvals = ReturnType<typeof createApprovals>;

/** Asking another administrator, and answering. What was confirmed is done in `approvals.perform.ts`. */
export function createApprovals({ stores, clock }: { stores: Stores; clock: () => number }) {
  async function outlookOf(within: Stores, scope: Scope, wish: Wish): Promise<Outlook> {
    const among = amongOf[wish.act];
    const users = among === undefined ? [] : await within.users.findMany(scope, wish.userIds, among);
    if (among !== undefined && users.length === 0) throw notFound();
    const verdict = await wordOn(within, scope, wish.act, users, clock());
    if (verdict.allowed) return { outcome: 'alone', users };
    if (verdict.because !== 'secondAdministrator') return { outcome: 'refused', verdict };
    const approval = { act: wish.act, subject: subjectOf(wish, users), asker: asAsker(scope, -1) };
    return { outcome: 'second', users, ...(await whoMayDecide(within, scope, approval, clock())) };
  }

  async function write(
    within: Stores,
    scope: Scope,
    { reason, ...wish }: Wish & { readonly reason: string },
    { users, confirmers }: Extract<Outlook, { outcome: 'second' }>,
  ) {
    const actor = await within.users.find(scope, scope.actor?.id ?? '');
    const mine = await within.approvals.liveOfActor(scope);
    const subject = subjectOf(wish, users);
    // Asked for twice, by a form that was sent again, it is one request.
    const same = mine.find((each) => each.act === wish.act && isSame(each.subject, subject));
    if (same !== undefined) return { outcome: 'asked', id: same.id } as const;
    if (actor === null || mine.length >= mostWaiting) return { outcome: 'tooMany' } as const;
    const [id, at] = [randomUUID(), clock()];
    const expiresAt = at + waitsMs(scope.rules);
    const approval = { id, act: wish.act, subject, reason, createdAt: at, expiresAt };
    await within.approvals.insert(scope, { ...approval, askerEpoch: actor.epoch });
    const event = { kind: 'approval.asked', ...eventOf(approval), said: reason } as const;
    await within.activity.record(scope, event, targetIdOf(subject), at);
    // By mail only what it is, and who asks: the reason is read here.
    const ids = confirmers.map((user) => user.id);
    await within.deliveries.tell(scope, ids, { kind: 'approvalAsked', act: wish.act, until: expiresAt }, at);
    return { outcome: 'asked', id } as const;
  }

  /** @throws Failure notFound: for whoever it is nothing to, exactly as for a request that never was */
  async function loadFrom(within: Stores, scope: Scope, id: string): Promise<Approval> {
    const approval = await within.approvals.find(scope, id);
    if (approval === null || !sees(scope, approval)) throw notFound();
    return approval;
  }

  return {
    load: (scope: Scope, id: string): Promise<Approval> => loadFrom(stores, scope, id),

    /** @returns how a wish stands now. @throws Failure notFound where those whom it is about are not there */
    outlook: (scope: Scope, wish: Wish): Promise<Outlook> => outlookOf(stores, scope, wish),

    /** Asks the others. @param reason not empty */
    ask: (scope: Scope, wish: Wish, reason: string): Promise<AskResult> =>
      stores.transaction(async (within): Promise<AskResult> => {
        await within.tenants.lock(scope);
        const outlook = await outlookOf(within, scope, wish);
        if (outlook.outcome !== 'second') return outlook;
        if (outlook.confirmers.length === 0) return { outcome: 'nobody' };
        return write(within, scope, { ...wish, reason }, outlook);
      }),

    /** Answers another's request. @param remark may be empty. @throws Failure notFound */
    decide: (scope: Scope, id: string, answer: 'confirmed' | 'declined', remark: string): Promise<DecideResult> =>
      stores.transaction(async (within): Promise<DecideResult> => {
        await within.tenants.lock(scope);
        const approval = await loadFrom(within, scope, id);
        if (approval.asker.id === scope.actor?.id) return 'ownRequest';
        const actor = await within.users.find(scope, scope.actor?.id ?? '');
        if (actor?.state !== 'active' || !mayDecide({ ...scope, actor }, approval)) throw notFound();
        if (approval.state !== 'open') return 'late';
        const at = clock();
        if (!(await readAreTwo(within, scope, at))(approval.asker.id, actor.id)) return 'dependent';
        const lapsedBy = await lapseOf(within, scope, approval, at);
        if (lapsedBy !== null) await lapse(within, scope, approval, lapsedBy, at);
        if (lapsedBy !== null) return 'late';
        const confirmed = answer === 'confirmed';
        await within.approvals.move(scope, approval, {
          state: answer,
          endedAt: confirmed ? null : at,
          expiresAt: confirmed ? at + waitsMs(scope.rules) : approval.expiresAt,
          decided: { epoch: actor.epoch, remark, at },
        });
        const event = { kind: `approval.${answer}`, ...eventOf(approval), said: remark } as const;
        await within.activity.record(scope, event, approval.asker.id, at);
        return 'decided';
      }),

    /** Takes one's own request back. @returns whether it was still waiting. @throws Failure notFound or forbidden */
    withdraw: (scope: Scope, id: string): Promise<boolean> =>
      stores.transaction(async (within) => {
        await within.tenants.lock(scope);
        const approval = await loadFrom(within, scope, id);
        if (approval.asker.id !== scope.actor?.id) throw new Failure('forbidden');
        if (approval.state !== 'open' && approval.state !== 'confirmed') return false;
        const at = clock();
        await within.approvals.move(scope, approval, { state: 'withdrawn', endedAt: at });
        const event = { kind: 'approval.withdrawn', ...eventOf(approval) } as const;
        await within.activity.record(scope, event, targetIdOf(approval.subject), at);
        return true;
      }),
  };
}

const asAsker = (scope: Scope, epoch: number) => ({ id: scope.actor?.id ?? '', epoch, name: '', username: '' });

const subjectOf = ({ log, own }: Wish, users: readonly User[]): ApprovalSubject => ({
  users: users.map(({ id, epoch, administratorLevel, globalAdminUntil }): ApprovalTarget => ({
    ...{ id, epoch, administratorLevel, globalAdminUntil },
  })),
  log,
  own,
});

const isSame = (one: ApprovalSubject, other: ApprovalSubject): boolean => JSON.stringify(one) === JSON.stringify(other);

/** @returns whom a request is about, where it is one person */
export const targetIdOf = ({ users }: ApprovalSubject): string | null =>
  users.length === 1 ? (users[0]?.id ?? null) : null;
