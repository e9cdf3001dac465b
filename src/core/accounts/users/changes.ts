import { notFound, type FieldFault } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/scope.ts';
import { lockTenantAndRecheck } from '../sessions/recheck.ts';
import {
  mayDeleteNow,
  block,
  endSessions,
  remove,
  restore,
  performAction,
  unblock,
  type UserAction,
  type ActionOutcome,
  editAction,
  judge,
} from './actions.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { type NameOrder, type User, cleanName, joinedName } from '../../../domain/people/user.ts';
import { type UserChanges, changeableFields } from '../stores/users.mapping.ts';
import { offersLanguage, type RegionRules } from '../../../domain/regions.ts';
import { userFaults } from '../../../domain/validation.ts';
import type { Refused } from '../../../domain/verdict.ts';

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

// One more than somebody may delete alone is found here, however quickly they follow each other.
export function removeOne(deps: UserChangesDependencies, scope: Scope, userId: string): Promise<ActionOutcome> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await lockTenantAndRecheck(tx, scope, clock);
    const user = await usersStore.find(tx, scope, userId);
    if (user === null) throw notFound();
    const verdict = await mayDeleteNow(tx, scope, [user], clock());
    const alone = verdict.allowed || verdict.because !== 'secondAdministrator';
    return alone ? performAction(tx, scope, userId, remove, clock()) : { outcome: 'refused', user, verdict };
  });
}

function by({ database, clock }: UserChangesDependencies, action: UserAction) {
  return (scope: Scope, userId: string): Promise<ActionOutcome> =>
    database.transaction(async (tx) => {
      await lockTenantAndRecheck(tx, scope, clock);
      return performAction(tx, scope, userId, action, clock());
    });
}

export function edit(
  deps: UserChangesDependencies,
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
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] }
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
  const faults = userFaults(scope.rules, sent.typed);
  if (faults.length > 0) return { outcome: 'invalid', faults };
  const stored = fieldsOf(user, scope.rules);
  const changes = changesIn(sent, stored);
  const verdict = judge(scope, editAction(changes), user);
  const asks = !verdict.allowed && verdict.because === 'secondAdministrator';
  // What the sender may not do is refused whatever the form says.
  if (verdict.allowed || asks) {
    const fields = conflictsIn(sent, changes, stored);
    const complete = isComplete(sent);
    if (!complete || fields.length > 0) return { outcome: 'conflict', user, changes, fields, complete };
  }
  const result = await performAction(tx, scope, userId, editAction(asks ? withoutLevel(changes) : changes), at);
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

const withoutLevel = ({ administratorLevel: _level, ...rest }: Partial<UserChanges>): Partial<UserChanges> => rest;

export type UserField = keyof UserChanges;

/** Levels are missing where the form did not offer them, as on one's own page. */
type FormFields = Omit<UserChanges, 'administratorLevel' | 'agentLevel'> &
  Partial<Pick<UserChanges, 'administratorLevel' | 'agentLevel'>>;

/** What the page showed when the form was rendered. */
export type ShownFields = FormFields & { readonly version: number };

/** An edit form as it was sent. An empty display name stands for the first and last name. */
export interface SentEdit {
  readonly typed: FormFields;
  /** Null where the form does not say it, or not in a readable form. */
  readonly shown: ShownFields | null;
  /** Of a display name that is left empty. */
  readonly nameOrder: NameOrder;
}

/** @returns the fields of a user as the form shows them: names in their clean spelling, and only a language that is offered */
export function fieldsOf(user: UserChanges, rules: RegionRules): UserChanges {
  const { firstName, lastName, displayName, language, administratorLevel, agentLevel } = user;
  const names = { firstName: cleanName(firstName), lastName: cleanName(lastName), displayName: cleanName(displayName) };
  return { ...names, language: offersLanguage(rules, language) ? language : null, administratorLevel, agentLevel };
}

/**
 * @param stored what the fields hold now; stands in for what was shown where the form does not say it
 * @returns the fields that the sender changed, with their new values: those whose value is not the one that was shown
 */
export function changesIn({ typed, shown, nameOrder }: SentEdit, stored: UserChanges): Partial<UserChanges> {
  const seen: Partial<UserChanges> = shown ?? stored;
  const named = { ...typed, displayName: typed.displayName === '' ? joinedName(typed, nameOrder) : typed.displayName };
  const changed = changeableFields.filter((field) => named[field] !== undefined && named[field] !== seen[field]);
  const changes: Partial<UserChanges> = Object.fromEntries(changed.map((field) => [field, named[field]]));
  if (typed.displayName !== '' || changes.displayName === undefined) return changes;
  // The names may have been changed by someone else since.
  return { ...changes, displayName: joinedName({ ...stored, ...changes }, nameOrder) || changes.displayName };
}

/** @returns whether the form says of every field that it sends what was shown */
export const isComplete = ({ typed, shown }: SentEdit): boolean =>
  shown !== null && changeableFields.every((field) => typed[field] === undefined || shown[field] !== undefined);

/** @returns the fields that others have changed since the form was rendered */
export const changedByOthers = ({ shown }: SentEdit, stored: UserChanges): UserField[] =>
  changeableFields.filter((field) => shown?.[field] !== undefined && shown[field] !== stored[field]);
