import { randomUUID } from 'node:crypto';
import type { FieldFault } from '../../domain/errors.ts';
import type { ImportedUser, PlannedRow } from '../../domain/imports.ts';
import { may, mayAssignLevels } from '../../domain/policy.ts';
import { heldUsernameCode } from '../../domain/people/held-username.ts';
import type { Scope } from '../../domain/scope.ts';
import {
  cleanName,
  domainOf,
  fullName,
  isUsername,
  type NameOrder,
  type User,
  type Change,
} from '../../domain/people/user.ts';
import { hasVisibleCharacter } from '../../domain/people/visible-text.ts';
import type { ParsedRow } from './parse-rows.ts';
import type { SpareApprover } from '../accounts/index.ts';
import { languageFault } from '../../domain/validation.ts';
import type { PolicyDecision } from '../../domain/policy-decision.ts';

/** The data on which the plan of a row is based. */
export interface PlanContext {
  /** The tenant's domains. */
  readonly domains: readonly string[];
  /** Epoch ms. */
  readonly now: number;
  /** Decides whether requests could still be approved after a Global admin is demoted. */
  readonly spareApprover: SpareApprover;
}

/** The context of a plan for rows of a file. */
export interface FileContext extends PlanContext {
  /** The order of a display name that consists of the first and last name. */
  readonly nameOrder: NameOrder;
}

/**
 * The user who has a user name: a user of the tenant, possibly deleted; null if it is a user of another tenant;
 * undefined if the name is available.
 */
export type UsernameHolder = User | null | undefined;

/** Plans the action for a row, without changing anything. Uses the same policy as the forms. */
export function planRow(scope: Scope, context: FileContext, row: ParsedRow, holder: UsernameHolder): PlannedRow {
  if (row.faults.length > 0) return refuse(context, row, row.faults);
  return holder && holder.state !== 'deleted'
    ? planChange(scope, context, row, holder)
    : planAddition(scope, context, row, holder);
}

const maxShownLength = 254;

/** @returns a refused row, with enough text to identify the user, and its cells */
export function refuse({ nameOrder }: FileContext, row: ParsedRow, faults: readonly FieldFault[]): PlannedRow {
  const { line, username, values, cells } = row;
  const { firstName = '', lastName = '' } = values;
  const name = values.displayName ?? fullName({ firstName, lastName }, nameOrder);
  const shown = (text: string): string => cleanName(text).slice(0, maxShownLength);
  return { line, username: shown(username), displayName: shown(name), outcome: 'refused', faults, cells };
}

function planChange(scope: Scope, context: FileContext, row: ParsedRow, user: User): PlannedRow {
  const base = { line: row.line, username: user.username, displayName: user.displayName };
  const changes = changesOf(row, user);
  if (changes.length === 0) return { ...base, outcome: 'unchanged' };
  const nameFault = row.nameFaults.find((fault) => changes.some(({ field }) => field === fault.field));
  const fault = nameFault ?? changeFault(scope, context, user, changes);
  return fault ? refuse(context, row, [fault]) : { ...base, outcome: 'changed', userId: user.id, changes };
}

function planAddition(scope: Scope, context: FileContext, row: ParsedRow, holder: UsernameHolder): PlannedRow {
  const user = newUser(row, context);
  const { line, username } = row;
  const fault = additionFault(scope, context, { ...user, username }, holder) ?? row.nameFaults[0];
  if (fault) return refuse(context, row, [fault]);
  return { line, username, displayName: user.displayName, outcome: 'added', userId: randomUUID(), user };
}

/** @returns the reason why a user cannot be added now, or null */
export function additionFault(
  scope: Scope,
  { domains, now }: PlanContext,
  user: ImportedUser & { readonly username: string },
  holder: UsernameHolder,
): FieldFault | null {
  if (!isUsername(user.username)) return { field: 'username', code: 'username.malformed' };
  // Check the domain before checking whether the user name is taken, so that the result reveals nothing about user
  // names in other domains.
  if (!domains.includes(domainOf(user.username))) return { field: 'username', code: 'username.otherDomain' };
  if (holder !== undefined) return { field: 'username', code: heldUsernameCode(scope.rules, holder, now) };
  const language = languageFault(scope.rules, user);
  if (language !== null) return language;
  if (!hasVisibleCharacter(user.displayName)) return { field: 'displayName', code: 'displayName.missing' };
  return (
    denialAsFault('username', may(scope, 'users.add')) ??
    denialAsFault('administratorLevel', mayAssignLevels(scope, null, user))
  );
}

/** @returns the reason why these changes to a user are not allowed, or null */
export function changeFault(
  scope: Scope,
  { spareApprover }: Pick<PlanContext, 'spareApprover'>,
  user: User,
  changes: readonly Change[],
): FieldFault | null {
  const levels = { ...user, ...Object.fromEntries(changes.map(({ field, to }) => [field, to])) };
  const language = changes.find(({ field }) => field === 'language')?.to ?? null;
  return (
    denialAsFault('username', may(scope, 'users.edit', user)) ??
    denialAsFault('administratorLevel', mayAssignLevels(scope, user, levels)) ??
    languageFault(scope.rules, { language }) ??
    (isDemoted(user, levels) && !spareApprover(user)
      ? { field: 'administratorLevel', code: 'user.lastApprovers' }
      : null)
  );
}

const isDemoted = (user: User, levels: Pick<User, 'administratorLevel'>): boolean =>
  user.administratorLevel === 'global' && levels.administratorLevel !== 'global';

function denialAsFault(field: string, decision: PolicyDecision): FieldFault | null {
  if (decision.allowed) return null;
  return { field, code: 'permission.denied', parameters: { because: decision.because } };
}

const fields = ['firstName', 'lastName', 'displayName', 'language', 'administratorLevel', 'agentLevel'] as const;

// Ignore empty cells and unchanged values. A name is also unchanged if the file contains exactly the stored name, which
// cleaning may alter.
function changesOf({ values, verbatim }: ParsedRow, user: User): Change[] {
  return fields
    .filter((field) => values[field] !== undefined && values[field] !== user[field] && verbatim[field] !== user[field])
    .map((field) => ({ field, from: user[field], to: values[field] ?? null }));
}

function newUser({ values }: ParsedRow, { nameOrder }: FileContext): ImportedUser {
  const { firstName = '', lastName = '', language = null, administratorLevel = 'none', agentLevel = 'none' } = values;
  const displayName = values.displayName ?? fullName({ firstName, lastName }, nameOrder);
  return { firstName, lastName, displayName, language, administratorLevel, agentLevel };
}
