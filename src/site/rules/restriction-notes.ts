import { isDecidedByRules } from '../http/availability.ts';
import { may } from '../../domain/policy.ts';
import type { LocalizedText } from '../../domain/regions.ts';
import type { Action } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Target } from '../../domain/policy-decision.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

/** Why a page does not offer some actions: one note for all actions with the same reason. */
export interface RestrictionNote {
  readonly because: Exclude<DenialReason, 'level' | 'secondAdministrator'> | 'supportAdministrator';
  /** The place that performs the actions instead. */
  readonly place: LocalizedText | null;
  readonly address: string | null;
  /** Locale keys of the missing actions. */
  readonly what: readonly string[];
  /** Whether the table of responsibilities explains the reason. */
  readonly explained: boolean;
}

/** @returns the notes that a page shows instead of unavailable buttons, in the order of the actions */
export function restrictionNotes(scope: Scope, actions: readonly Action[], target?: Target): RestrictionNote[] {
  const notes = new Map<string, RestrictionNote>();
  for (const action of actions) {
    const decision = may(scope, action, target);
    // Insufficient level is explained by the page itself, and actions that need approval are offered.
    if (decision.allowed || decision.because === 'level' || decision.because === 'secondAdministrator') continue;
    const { because } = decision;
    const [place, address] = because === 'elsewhere' ? [decision.place, decision.address] : [null, null];
    const key = `${because} ${address ?? ''}`;
    const what = [...(notes.get(key)?.what ?? []), `activity:action.${action.replace('.', '_')}`];
    notes.set(key, { because, place, address, what, explained: isDecidedByRules(because) });
  }
  return [...notes.values()];
}

/** @returns the note if all actions are unavailable for the same reason; otherwise null */
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
 * @returns notes for the user list: on actions that are never available, and on those unavailable for administrators
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
