import { isDecidedByRules } from '../http/availability.ts';
import { may } from '../../domain/policy.ts';
import type { Wording } from '../../domain/regions.ts';
import type { Action } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Target } from '../../domain/verdict.ts';
import type { Refusal } from '../../domain/refusal.ts';

/** Why a page does not offer something, in one sentence for all that has the same reason. */
export interface RestrictionNote {
  readonly because: Exclude<Refusal, 'level' | 'secondAdministrator'> | 'supportAdministrator';
  /** Where it is done instead. */
  readonly place: Wording | null;
  readonly address: string | null;
  /** What is not offered: keys of the words for it. */
  readonly what: readonly string[];
  /** Whether the table of what is done where explains it. */
  readonly explained: boolean;
}

/** @returns what a page says in the place of the buttons that its reader does not find, the judge's reasons in their order */
export function restrictionNotes(scope: Scope, actions: readonly Action[], target?: Target): RestrictionNote[] {
  const notes = new Map<string, RestrictionNote>();
  for (const action of actions) {
    const verdict = may(scope, action, target);
    // Whoever lacks the level for a page is told so by the page itself; what needs another administrator is offered.
    if (verdict.allowed || verdict.because === 'level' || verdict.because === 'secondAdministrator') continue;
    const { because } = verdict;
    const [place, address] = because === 'elsewhere' ? [verdict.place, verdict.address] : [null, null];
    const key = `${because} ${address ?? ''}`;
    const what = [...(notes.get(key)?.what ?? []), `activity:action.${action.replace('.', '_')}`];
    notes.set(key, { because, place, address, what, explained: isDecidedByRules(because) });
  }
  return [...notes.values()];
}

/** @returns the note that a page says once, where all of these are kept from its reader for one reason; otherwise null */
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

/** @returns the notes for a list of users: of what nobody finds there, and of what is kept from this reader with some of them */
export function userListRestrictionNotes(scope: Scope): RestrictionNote[] {
  const toEverybody = listVerbs.map((verb) => `users.${verb}` as const);
  const toSome = targetedVerbs.map((verb) => `users.${verb}` as const).filter((action) => may(scope, action).allowed);
  const anAdministrator = { id: '', administratorLevel: 'billing', globalAdminUntil: null } as const;
  const withAdministrators = restrictionNotes(scope, toSome, anAdministrator).map((note) =>
    note.because === 'support' ? { ...note, because: 'supportAdministrator' as const } : note,
  );
  return [...restrictionNotes(scope, toEverybody), ...withAdministrators];
}
