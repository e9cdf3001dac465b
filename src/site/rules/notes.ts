import { isDecidedByRules } from '../http/offers.ts';
import { may } from '../../domain/policy.ts';
import type { LocalizedText } from '../../domain/regions.ts';
import type { Action } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Target } from '../../domain/policy-decision.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

/** Why a page does not offer something, in one sentence for all that has the same reason. */
export interface Note {
  readonly because: Exclude<DenialReason, 'level' | 'secondAdministrator'> | 'supportAdministrator';
  /** Where it is done instead. */
  readonly place: LocalizedText | null;
  readonly address: string | null;
  /** What is not offered: keys of the words for it. */
  readonly what: readonly string[];
  /** Whether the table of what is done where explains it. */
  readonly explained: boolean;
}

/** @returns what a page says in the place of the buttons that its reader does not find, the judge's reasons in their order */
export function notesOf(scope: Scope, actions: readonly Action[], target?: Target): Note[] {
  const notes = new Map<string, Note>();
  for (const action of actions) {
    const decision = may(scope, action, target);
    // Whoever lacks the level for a page is told so by the page itself; what needs another administrator is offered.
    if (decision.allowed || decision.because === 'level' || decision.because === 'secondAdministrator') continue;
    const { because } = decision;
    const [place, address] = because === 'elsewhere' ? [decision.place, decision.address] : [null, null];
    const key = `${because} ${address ?? ''}`;
    const what = [...(notes.get(key)?.what ?? []), `activity:action.${action.replace('.', '_')}`];
    notes.set(key, { because, place, address, what, explained: isDecidedByRules(because) });
  }
  return [...notes.values()];
}

/** @returns the note that a page says once, where all of these are kept from its reader for one reason; otherwise null */
export function wholeNoteOf(scope: Scope, actions: readonly Action[], target: Target): Note | null {
  const [first, ...more] = notesOf(scope, actions, target);
  return first?.what.length === actions.length && more.length === 0 ? first : null;
}

const acts = ['edit', 'block', 'endSessions', 'resetPassword', 'delete', 'restore'] as const;
const actionsOfList = [...acts, 'add', 'import', 'export'] as const;

/** @returns the notes for a list of users: of what nobody finds there, and of what is kept from this reader with some of them */
export function notesOfList(scope: Scope): Note[] {
  const toEverybody = actionsOfList.map((verb) => `users.${verb}` as const);
  const toSome = acts.map((verb) => `users.${verb}` as const).filter((action) => may(scope, action).allowed);
  const anAdministrator = { id: '', administratorLevel: 'billing', globalAdminUntil: null } as const;
  const withAdministrators = notesOf(scope, toSome, anAdministrator).map((note) =>
    note.because === 'support' ? { ...note, because: 'supportAdministrator' as const } : note,
  );
  return [...notesOf(scope, toEverybody), ...withAdministrators];
}
