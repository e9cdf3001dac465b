import { notFound } from '../../../domain/errors.ts';
import type { Refused } from '../../../domain/policy.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { UserChanges } from '../stores/users.columns.ts';
import { changedByOthers, changesIn, fieldsOf, isComplete, type SentEdit, type UserField } from './merge.ts';
import { edit, judge, takeStep } from './step.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';

/** A form that was not saved, because the sender may not have seen what it would overwrite. */
export interface EditConflict {
  readonly outcome: 'conflict';
  /** As stored now. */
  readonly user: User;
  /** What the sender wanted to change. */
  readonly changes: Partial<UserChanges>;
  /** The fields that both changed, or all that differ where the form does not say what was shown. */
  readonly fields: readonly UserField[];
  /** Whether the form says what was shown. */
  readonly complete: boolean;
}

export type EditOutcome =
  | EditConflict
  | { readonly outcome: 'refused'; readonly verdict: Refused }
  | {
      readonly outcome: 'saved';
      readonly user: User;
      /** Whether others have changed fields meanwhile that were left as they are now. */
      readonly merged: boolean;
      /** Whether the administrator level was left out because another administrator must agree to it. */
      readonly asks: boolean;
    };

/**
 * Saves what the sender of an edit form changed, and nothing else: a field that only others have changed keeps their value.
 * Runs within a transaction that holds the tenant's lock.
 * @param at epoch ms
 * @returns a conflict, with nothing written, where a field was changed by both to different values
 * @throws Failure notFound, or conflict when it would take the tenant's last active Global admin away
 */
export async function saveEdit(
  tx: Database,
  scope: Scope,
  userId: string,
  sent: SentEdit,
  at: number,
): Promise<EditOutcome> {
  await usersStore.lock(tx, scope, userId);
  const user = await usersStore.find(tx, scope, userId);
  if (user === null) throw notFound();
  const stored = fieldsOf(user, scope.rules);
  const changes = changesIn(sent, stored);
  const verdict = judge(scope, edit(changes), user);
  const asks = !verdict.allowed && verdict.because === 'secondAdministrator';
  // What the sender may not do is refused whatever the form says.
  if (verdict.allowed || asks) {
    const fields = conflictsIn(sent, changes, stored);
    const complete = isComplete(sent);
    if (!complete || fields.length > 0) return { outcome: 'conflict', user, changes, fields, complete };
  }
  const result = await takeStep(tx, scope, userId, edit(asks ? withoutLevel(changes) : changes), at);
  if (result.outcome === 'refused') return { outcome: 'refused', verdict: result.verdict };
  const merged = changedByOthers(sent, stored).some((field) => changes[field] === undefined);
  return { outcome: 'saved', user: { ...user, ...changes }, merged, asks };
}

function conflictsIn(sent: SentEdit, changes: Partial<UserChanges>, stored: UserChanges): UserField[] {
  const fields = Object.keys(changes) as UserField[];
  if (!isComplete(sent)) return fields;
  // Values are compared even where the version is the same: a process of the previous release does not increase it.
  const moved = changedByOthers(sent, stored);
  return fields.filter((field) => moved.includes(field) && changes[field] !== stored[field]);
}

function withoutLevel({ administratorLevel: _level, ...rest }: Partial<UserChanges>): Partial<UserChanges> {
  return rest;
}
