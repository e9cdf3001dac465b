import { randomUUID } from 'node:crypto';
import type { FieldFault } from '../../domain/errors.ts';
import type { ImportedUser, PlannedRow } from '../../domain/imports.ts';
import { may, mayAssignLevels } from '../../domain/policy.ts';
import { restoreWindowMs } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { cleanName, domainOf, isUsername, type User, type Change } from '../../domain/people/user.ts';
import type { ReadRow } from './cells.ts';
import { languageFault } from '../../domain/validation.ts';
import type { PolicyDecision } from '../../domain/policy-decision.ts';

/** What the plan is made against. */
export interface Present {
  /** Of the tenant. */
  readonly domains: readonly string[];
  /** Epoch ms. */
  readonly now: number;
}

/** Who holds a user name: a user of the tenant, deleted ones included; null for somebody elsewhere; undefined for nobody. */
export type Holder = User | null | undefined;

/** What would become of a row. Nothing is done; the same judge is asked as by the forms. */
export function planRow(scope: Scope, present: Present, row: ReadRow, holder: Holder): PlannedRow {
  if (row.faults.length > 0) return refuse(row, ...row.faults);
  return holder && holder.state !== 'deleted'
    ? planChange(scope, row, holder)
    : planAddition(scope, present, row, holder);
}

const maxShownLength = 254;

/** A row that is refused, with as much of what it says as tells whom it is about. */
export function refuse({ line, username, given }: ReadRow, ...faults: FieldFault[]): PlannedRow {
  const shown = (text = ''): string => cleanName(text).slice(0, maxShownLength);
  return { line, username: shown(username), displayName: shown(given.displayName), outcome: 'refused', faults };
}

function planChange(scope: Scope, row: ReadRow, user: User): PlannedRow {
  const base = { line: row.line, username: user.username, displayName: user.displayName };
  const changes = changesOf(row, user);
  if (changes.length === 0) return { ...base, outcome: 'unchanged' };
  const long = changes.find(({ field }) => row.tooLong.includes(field));
  const fault = long ? tooLong(long.field) : changeFault(scope, user, changes);
  return fault ? refuse(row, fault) : { ...base, outcome: 'changed', userId: user.id, changes };
}

function planAddition(scope: Scope, present: Present, row: ReadRow, holder: Holder): PlannedRow {
  const user = newUser(row);
  const { line, username } = row;
  const [long] = row.tooLong;
  const fault = additionFault(scope, present, { ...user, username }, holder) ?? (long ? tooLong(long) : null);
  if (fault) return refuse(row, fault);
  return { line, username, displayName: user.displayName, outcome: 'added', userId: randomUUID(), user };
}

const tooLong = (field: string): FieldFault => ({ field, code: 'field.tooLong' });

/** @returns what speaks against adding a user now, or null */
export function additionFault(
  scope: Scope,
  { domains, now }: Present,
  user: ImportedUser & { readonly username: string },
  holder: Holder,
): FieldFault | null {
  if (!isUsername(user.username)) return { field: 'username', code: 'username.malformed' };
  // Asked before who holds the name: of names on other domains nothing is to be learnt.
  if (!domains.includes(domainOf(user.username))) return { field: 'username', code: 'username.otherDomain' };
  if (holder !== undefined) return { field: 'username', code: heldCode(scope, holder, now) };
  const language = languageFault(scope.rules, user);
  if (language !== null) return language;
  if (user.displayName === '') return { field: 'displayName', code: 'displayName.missing' };
  return (
    denialAsFault('username', may(scope, 'users.add')) ??
    denialAsFault('administratorLevel', mayAssignLevels(scope, null, user))
  );
}

function heldCode(scope: Scope, holder: User | null, now: number): 'username.ofDeletedUser' | 'username.taken' {
  const restorable = holder?.state === 'deleted' && (holder.deletedAt ?? 0) + restoreWindowMs(scope.rules) > now;
  return restorable ? 'username.ofDeletedUser' : 'username.taken';
}

/** @returns what speaks against changing a user in this way, or null */
export function changeFault(scope: Scope, user: User, changes: readonly Change[]): FieldFault | null {
  const levels = { ...user, ...Object.fromEntries(changes.map(({ field, to }) => [field, to])) };
  const language = changes.find(({ field }) => field === 'language')?.to ?? null;
  return (
    denialAsFault('username', may(scope, 'users.edit', user)) ??
    denialAsFault('administratorLevel', mayAssignLevels(scope, user, levels)) ??
    languageFault(scope.rules, { language })
  );
}

function denialAsFault(field: string, decision: PolicyDecision): FieldFault | null {
  if (decision.allowed) return null;
  return { field, code: 'permission.denied', parameters: { because: decision.because } };
}

const fields = ['firstName', 'lastName', 'displayName', 'language', 'administratorLevel', 'agentLevel'] as const;

// What a row leaves empty stays as it is, and so does what it says already: also a name that a form would tidy up today.
function changesOf({ given, verbatim }: ReadRow, user: User): Change[] {
  return fields
    .filter((field) => given[field] !== undefined && given[field] !== user[field] && verbatim[field] !== user[field])
    .map((field) => ({ field, from: user[field], to: given[field] ?? null }));
}

function newUser({ given }: ReadRow): ImportedUser {
  const { firstName = '', lastName = '', language = null, administratorLevel = 'none', agentLevel = 'none' } = given;
  const displayName = given.displayName ?? `${firstName} ${lastName}`.trim();
  return { firstName, lastName, displayName, language, administratorLevel, agentLevel };
}
