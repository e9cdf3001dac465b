import { notFound } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/scope.ts';
import { lockAs } from '../sessions/recheck.ts';
import { mayDeleteNow } from './deletions.ts';
import { saveEdit, type EditOutcome } from './edit.ts';
import type { SentEdit } from './merge.ts';
import { block, endSessions, remove, restore, takeStep, unblock, type Step, type StepOutcome } from './step.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';

export type UserChangesFeature = ReturnType<typeof createUserChanges>;

export interface UserChangesDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

/**
 * Everything that an administrator does to one user, each in one transaction together with its record.
 * Each throws Failure notFound, or conflict when it would take the tenant's last active Global admin away.
 */
export function createUserChanges(deps: UserChangesDependencies) {
  const bound = bind(deps, { edit, by, removeOne });
  return {
    edit: bound.edit,
    block: bound.by(block),
    unblock: bound.by(unblock),
    remove: bound.removeOne,
    restore: bound.by(restore),
    endSessions: bound.by(endSessions),
  };
}

function change(deps: UserChangesDependencies, scope: Scope, userId: string, step: Step): Promise<StepOutcome> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await lockAs(tx, scope, clock);
    return takeStep(tx, scope, userId, step, clock());
  });
}

// One more than somebody may delete alone is found here, however quickly they follow each other.
export function removeOne(deps: UserChangesDependencies, scope: Scope, userId: string): Promise<StepOutcome> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await lockAs(tx, scope, clock);
    const user = await usersStore.find(tx, scope, userId);
    if (user === null) throw notFound();
    const verdict = await mayDeleteNow(tx, scope, [user], clock());
    const alone = verdict.allowed || verdict.because !== 'secondAdministrator';
    return alone ? takeStep(tx, scope, userId, remove, clock()) : { outcome: 'refused', user, verdict };
  });
}

function by(deps: UserChangesDependencies, step: Step) {
  return (scope: Scope, userId: string) => change(deps, scope, userId, step);
}

export function edit(
  deps: UserChangesDependencies,
  scope: Scope,
  userId: string,
  sent: SentEdit,
): Promise<EditOutcome> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await lockAs(tx, scope, clock);
    return saveEdit(tx, scope, userId, sent, clock());
  });
}
