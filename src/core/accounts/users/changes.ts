import { notFound } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Stores } from '../../../stores.ts';
import { lockAs } from '../sessions/recheck.ts';
import { mayDeleteNow } from './deletions.ts';
import { saveEdit, type EditOutcome } from './edit.ts';
import type { SentEdit } from './merge.ts';
import { block, endSessions, remove, restore, takeStep, unblock, type Step, type StepOutcome } from './step.ts';

export type UserChangesFeature = ReturnType<typeof createUserChanges>;

/**
 * Everything that an administrator does to one user, each in one transaction together with its record.
 * Each throws Failure notFound, or conflict when it would take the tenant's last active Global admin away.
 */
export function createUserChanges({ stores, clock }: { stores: Stores; clock: () => number }) {
  const change = (scope: Scope, userId: string, step: Step): Promise<StepOutcome> =>
    stores.transaction(async (within) => {
      await lockAs(within, scope, clock);
      return takeStep(within, scope, userId, step, clock());
    });
  // One more than somebody may delete alone is found here, however quickly they follow each other.
  const removeOne = (scope: Scope, userId: string): Promise<StepOutcome> =>
    stores.transaction(async (within) => {
      await lockAs(within, scope, clock);
      const user = await within.users.find(scope, userId);
      if (user === null) throw notFound();
      const verdict = await mayDeleteNow(within, scope, [user], clock());
      const alone = verdict.allowed || verdict.because !== 'secondAdministrator';
      return alone ? takeStep(within, scope, userId, remove, clock()) : { outcome: 'refused', user, verdict };
    });
  const by = (step: Step) => (scope: Scope, userId: string) => change(scope, userId, step);

  return {
    edit: (scope: Scope, userId: string, sent: SentEdit): Promise<EditOutcome> =>
      stores.transaction(async (within) => {
        await lockAs(within, scope, clock);
        return saveEdit(within, scope, userId, sent, clock());
      }),
    block: by(block),
    unblock: by(unblock),
    remove: removeOne,
    restore: by(restore),
    endSessions: by(endSessions),
  };
}
