import type { ActivityEvent, Change } from '../../domain/activity.ts';
import { conflict, notFound } from '../../domain/errors.ts';
import { may, mayGive, type Verdict } from '../../domain/policy.ts';
import { restoreWindowMs } from '../../domain/regions.ts';
import type { Action } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/user.ts';
import type { Stores } from '../../stores.ts';
import type { UserChanges } from './users.store.ts';

type Refused = Exclude<Verdict, { allowed: true }>;

/** What came of a change: it was done, or the judge refused it and the refusal was recorded. */
export type ChangeOutcome =
  | { readonly outcome: 'done'; readonly user: User }
  | { readonly outcome: 'refused'; readonly user: User; readonly verdict: Refused };

export type UserChangesFeature = ReturnType<typeof createUserChanges>;

/** Everything that an administrator does to one user, each in one transaction together with its record. */
export function createUserChanges({ stores, clock }: { stores: Stores; clock: () => number }) {
  interface Step {
    readonly action: Action;
    /** The judge's further word, beyond the action itself. */
    readonly verdict?: (user: User) => Verdict;
    /** Writes the change. @returns what to record, or null when nothing had to change */
    readonly apply: (within: Stores, user: User, at: number) => Promise<ActivityEvent | null>;
    readonly find?: 'deleted';
  }

  /** @throws Failure notFound, or conflict when it would take the tenant's last active Global admin away */
  async function change(scope: Scope, userId: string, step: Step): Promise<ChangeOutcome> {
    return stores.transaction(async (within) => {
      await within.tenants.lock(scope);
      const user =
        step.find === 'deleted'
          ? await within.users.findDeleted(scope, userId)
          : await within.users.find(scope, userId);
      if (user === null) throw notFound();
      const at = clock();
      const verdict = judge(scope, step, user);
      if (!verdict.allowed) {
        await within.activity.record(
          scope,
          { kind: 'refused', action: step.action, because: verdict.because },
          user.id,
          at,
        );
        return { outcome: 'refused', user, verdict };
      }
      const event = await step.apply(within, user, at);
      await keepAGlobalAdmin(within, scope, user);
      if (event !== null) await within.activity.record(scope, event, user.id, at);
      return { outcome: 'done', user };
    });
  }

  function judge(scope: Scope, step: Step, user: User): Verdict {
    const verdict = may(scope, step.action, user);
    return verdict.allowed ? (step.verdict?.(user) ?? verdict) : verdict;
  }

  // Only a change to an active Global admin can be the one that leaves nobody.
  async function keepAGlobalAdmin(within: Stores, scope: Scope, before: User): Promise<void> {
    if (before.administratorLevel !== 'global' || before.state !== 'active') return;
    if ((await within.users.countActiveGlobalAdmins(scope)) === 0) throw conflict('users:lastGlobalAdmin');
  }

  const setState = (
    scope: Scope,
    userId: string,
    action: Action,
    state: User['state'],
    kind: StateEvent,
  ): Promise<ChangeOutcome> =>
    change(scope, userId, {
      action,
      apply: async (within, user, at) => {
        if (user.state === state) return null;
        await within.users.setState(scope, user.id, state, at);
        await within.sessions.endAllOf(scope, user.id, null);
        return { kind };
      },
    });

  return {
    edit: (scope: Scope, userId: string, next: UserChanges): Promise<ChangeOutcome> =>
      change(scope, userId, {
        action: 'users.edit',
        verdict: (user) => mayGive(scope, user, next),
        apply: async (within, user) => {
          const changes = differences(user, next);
          if (changes.length === 0) return null;
          await within.users.update(scope, user.id, next);
          return { kind: 'user.edited', changes };
        },
      }),

    block: (scope: Scope, userId: string) => setState(scope, userId, 'users.block', 'blocked', 'user.blocked'),
    unblock: (scope: Scope, userId: string) => setState(scope, userId, 'users.block', 'active', 'user.unblocked'),
    /** Deletes a user, who can be restored until the region's window closes. */
    remove: (scope: Scope, userId: string) => setState(scope, userId, 'users.delete', 'deleted', 'user.deleted'),

    endSessions: (scope: Scope, userId: string): Promise<ChangeOutcome> =>
      change(scope, userId, {
        action: 'users.endSessions',
        apply: async (within, user) => {
          await within.sessions.endAllOf(scope, user.id, null);
          return { kind: 'sessions.ended', which: 'all' };
        },
      }),

    /** Brings a deleted user back with their levels and history; they stay signed out. */
    restore: (scope: Scope, userId: string): Promise<ChangeOutcome> =>
      change(scope, userId, {
        action: 'users.restore',
        find: 'deleted',
        apply: async (within, user, at) => {
          if ((user.deletedAt ?? 0) + restoreWindowMs(scope.rules) <= at) throw notFound();
          await within.users.restore(scope, user.id);
          return { kind: 'user.restored' };
        },
      }),
  };
}

type StateEvent = 'user.blocked' | 'user.unblocked' | 'user.deleted';

const fields = ['firstName', 'lastName', 'displayName', 'language', 'administratorLevel', 'agentLevel'] as const;

function differences(before: UserChanges, after: UserChanges): Change[] {
  return fields
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, from: before[field], to: after[field] }));
}
