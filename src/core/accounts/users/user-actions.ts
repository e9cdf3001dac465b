import { notFound, type FieldFault } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/scope.ts';
import { lockTenantAndRecheck } from '../sessions/recheck-under-lock.ts';
import * as actions from './actions.ts';
import type { ActionOutcome, UserAction } from './actions.ts';
import type { SeenUser } from '../../../domain/people/seen-user.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { type NameOrder, type User, cleanName, fullName } from '../../../domain/people/user.ts';
import { type UserChanges, changeableFields } from '../stores/users.mapping.ts';
import { offersLanguage, type RegionRules } from '../../../domain/regions.ts';
import { userFaults } from '../../../domain/validation.ts';
import type { Denial } from '../../../domain/policy-decision.ts';

export type UserActions = ReturnType<typeof createUserActions>;

export interface UserActionsDependencies {
  readonly database: Database;
  readonly clock: () => number;
}

/**
 * Creates the actions that an administrator can perform on a single user. Each runs in one transaction that also
 * records it, and throws Failure notFound, or conflict if it would leave the tenant without an active Global admin.
 */
export function createUserActions(deps: UserActionsDependencies) {
  const bound = bind(deps, { edit, bindAction, removeOne });
  return {
    edit: bound.edit,
    block: bound.bindAction(actions.block),
    unblock: bound.bindAction(actions.unblock),
    remove: bound.removeOne,
    restore: bound.bindAction(actions.restore),
    endSessions: bound.bindAction(actions.endSessions),
  };
}

// Counts the deletions under the lock, so that concurrent requests cannot exceed the limit without approval.
export function removeOne(
  deps: UserActionsDependencies,
  scope: Scope,
  userId: string,
  seen: SeenUser | null = null,
): Promise<ActionOutcome> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const user = await usersStore.find(tx, scope, userId);
    if (user === null) throw notFound();
    const decision = await actions.mayDeleteNow(tx, scope, [user], clock());
    const isExempt = decision.allowed || decision.because !== 'secondAdministrator';
    return isExempt
      ? actions.performAction(tx, scope, userId, actions.remove, clock(), seen)
      : { outcome: 'refused', user, decision };
  });
}

function bindAction({ database, clock }: UserActionsDependencies, action: UserAction) {
  return (scope: Scope, userId: string, seen: SeenUser | null = null): Promise<ActionOutcome> =>
    database.transaction(async (tx) => {
      await lockTenantAndRecheck(tx, scope, clock);
      return actions.performAction(tx, scope, userId, action, clock(), seen);
    });
}

export function edit(
  deps: UserActionsDependencies,
  scope: Scope,
  userId: string,
  sent: SentEdit,
): Promise<EditOutcome> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    return saveEdit(tx, scope, userId, sent, clock());
  });
}

/** An edit that was not saved, because it might overwrite changes that its author has not seen. */
export interface EditConflict {
  readonly outcome: 'conflict';
  /** The user as currently stored. */
  readonly user: User;
  /** The changes that were submitted. */
  readonly changes: Partial<UserChanges>;
  /**
   * The fields that another user also changed. If the form does not include the rendered values, these are all fields
   * whose submitted and stored values differ.
   */
  readonly fields: readonly UserField[];
  /** Whether the form includes the values that were rendered. */
  readonly complete: boolean;
}

export type EditOutcome =
  | EditConflict
  | { readonly outcome: 'refused'; readonly decision: Denial }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] }
  | {
      readonly outcome: 'saved';
      readonly user: User;
      /** Whether fields that another user changed in the meantime kept their new values. */
      readonly merged: boolean;
      /** Whether the administrator level was left out because it requires another administrator's approval. */
      readonly needsApproval: boolean;
    };

/**
 * Saves only the fields that were changed in an edit form. A field that only another user changed in the meantime keeps
 * the new value. Runs within a transaction that holds the tenant's lock.
 * @param at the time of the change, epoch ms
 * @returns a conflict, with nothing written, if another user changed the same field to a different value
 * @throws Failure notFound, or conflict if it would leave the tenant without an active Global admin
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
  const faults = userFaults(scope.rules, sent.typed);
  if (faults.length > 0) return { outcome: 'invalid', faults };
  const stored = fieldsOf(user, scope.rules);
  const changes = changesIn(sent, stored);
  const decision = actions.verdictOn(scope, actions.editAction(changes), user);
  const needsApproval = !decision.allowed && decision.because === 'secondAdministrator';
  // A change that the policy denies is refused, even if there is a conflict.
  if (decision.allowed || needsApproval) {
    const fields = conflictsIn(sent, changes, stored);
    const complete = isComplete(sent);
    if (!complete || fields.length > 0) return { outcome: 'conflict', user, changes, fields, complete };
  }
  const step = actions.editAction(needsApproval ? withoutLevel(changes) : changes);
  const result = await actions.performAction(tx, scope, userId, step, at);
  if (result.outcome === 'refused') return { outcome: 'refused', decision: result.decision };
  const merged = changedByOthers(sent, stored).some((field) => changes[field] === undefined);
  return { outcome: 'saved', user: { ...user, ...changes }, merged, needsApproval };
}

function conflictsIn(sent: SentEdit, changes: Partial<UserChanges>, stored: UserChanges): UserField[] {
  const fields = Object.keys(changes) as UserField[];
  if (!isComplete(sent)) return fields;
  // Compare the values, because a newer version does not indicate which fields were changed.
  const changed = changedByOthers(sent, stored);
  return fields.filter((field) => changed.includes(field) && changes[field] !== stored[field]);
}

const withoutLevel = ({ administratorLevel: _level, ...rest }: Partial<UserChanges>): Partial<UserChanges> => rest;

export type UserField = keyof UserChanges;

/** The fields of an edit form. Levels are missing if the form does not offer them, as on a user's own profile. */
type FormFields = Omit<UserChanges, 'administratorLevel' | 'agentLevel'> &
  Partial<Pick<UserChanges, 'administratorLevel' | 'agentLevel'>>;

/** The values that were rendered into the form. */
export type ShownFields = FormFields & { readonly version: number };

/** A submitted edit form. If the display name is empty, it is generated from the first and last names. */
export interface SentEdit {
  readonly typed: FormFields;
  /** The rendered values; null if the form does not include them, or if they are malformed. */
  readonly shown: ShownFields | null;
  /** The order of names in the display name that is generated if the field was left empty. */
  readonly nameOrder: NameOrder;
}

/** @returns the fields of a user as the form shows them: with cleaned names, and the language only if it is offered */
export function fieldsOf(user: UserChanges, rules: RegionRules): UserChanges {
  const { firstName, lastName, displayName, language, administratorLevel, agentLevel } = user;
  const names = { firstName: cleanName(firstName), lastName: cleanName(lastName), displayName: cleanName(displayName) };
  return { ...names, language: offersLanguage(rules, language) ? language : null, administratorLevel, agentLevel };
}

/**
 * @param stored the current values, which replace the rendered ones if the form does not include them
 * @returns the fields that the sender changed, with their new values
 */
export function changesIn({ typed, shown, nameOrder }: SentEdit, stored: UserChanges): Partial<UserChanges> {
  const seen: Partial<UserChanges> = shown ?? stored;
  const named = { ...typed, displayName: typed.displayName === '' ? fullName(typed, nameOrder) : typed.displayName };
  const changed = changeableFields.filter((field) => named[field] !== undefined && named[field] !== seen[field]);
  const changes: Partial<UserChanges> = Object.fromEntries(changed.map((field) => [field, named[field]]));
  if (typed.displayName !== '' || changes.displayName === undefined) return changes;
  // Generate the display name from the current names, which another user may have changed in the meantime.
  return { ...changes, displayName: fullName({ ...stored, ...changes }, nameOrder) || changes.displayName };
}

/** @returns whether the form includes the rendered value of every field that it sends */
export const isComplete = ({ typed, shown }: SentEdit): boolean =>
  shown !== null && changeableFields.every((field) => typed[field] === undefined || shown[field] !== undefined);

/** @returns the fields that another user has changed since the form was rendered */
export const changedByOthers = ({ shown }: SentEdit, stored: UserChanges): UserField[] =>
  changeableFields.filter((field) => shown?.[field] !== undefined && shown[field] !== stored[field]);
