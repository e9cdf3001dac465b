import { isDecidedByRules } from '../http/availability.ts';
import { may } from '../../domain/policy.ts';
import type { LocalizedText } from '../../domain/regions.ts';
import type { Action } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Target } from '../../domain/policy-decision.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

/** A note that gives the common reason why a page does not offer certain actions. */
export interface RestrictionNote {
  readonly because: Exclude<DenialReason, 'level' | 'secondAdministrator'> | 'supportAdministrator';
  /** The place where these actions are performed instead; null if there is none. */
  readonly place: LocalizedText | null;
  readonly address: string | null;
  /** The locale keys of these actions. */
  readonly what: readonly string[];
  /** Whether the table of responsibilities explains the reason. */
  readonly explained: boolean;
}

/** @returns the notes that a page shows instead of unavailable buttons, in the order of `actions` */
export function restrictionNotes(scope: Scope, actions: readonly Action[], target?: Target): RestrictionNote[] {
  const notes = new Map<string, RestrictionNote>();
  for (const action of actions) {
    const decision = may(scope, action, target);
    // No note is needed: the page itself explains an insufficient level, and it offers actions that need approval.
    if (decision.allowed || decision.because === 'level' || decision.because === 'secondAdministrator') continue;
    const { because } = decision;
    const [place, address] = because === 'elsewhere' ? [decision.place, decision.address] : [null, null];
    const key = `${because} ${address ?? ''}`;
    const what = [...(notes.get(key)?.what ?? []), `activity:action.${action.replace('.', '_')}`];
    notes.set(key, { because, place, address, what, explained: isDecidedByRules(because) });
  }
  return [...notes.values()];
}

/** @returns the note if all actions are unavailable for the same reason; null otherwise */
export function commonRestrictionNote(
  scope: Scope,
  actions: readonly Action[],
  target: Target,
): RestrictionNote | null {
  const [first, ...more] = restrictionNotes(scope, actions, target);
  return first?.what.length === actions.length && more.length === 0 ? first : null;
}

const targetedVerbs = ['edit', 'block', 'endSessions', 'resetPassword', 'delete', 'restore'] as const;
const listVerbs = [...targetedVerbs, 'add', 'import', 'export'] as const;

/**
 * @returns the notes of the user list: first the notes on actions that are never available, then those on actions that
 * cannot be performed on administrators
 */
export function userListRestrictionNotes(scope: Scope): RestrictionNote[] {
  const listActions = listVerbs.map((verb) => `users.${verb}` as const);
  const allowedActions = targetedVerbs
    .map((verb) => `users.${verb}` as const)
    .filter((action) => may(scope, action).allowed);
  const sampleAdministrator = { id: '', administratorLevel: 'billing', globalAdminUntil: null } as const;
  const administratorNotes = restrictionNotes(scope, allowedActions, sampleAdministrator).map((note) =>
    note.because === 'support' ? { ...note, because: 'supportAdministrator' as const } : note,
  );
  return [...restrictionNotes(scope, listActions), ...administratorNotes];
}
