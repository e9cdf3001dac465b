import type { Import } from '../../core/imports/index.ts';
import type { TextValues } from '../../i18n/translator.ts';

export interface NoteModel {
  readonly kind: 'info' | 'warning';
  readonly key: string;
  readonly values: TextValues;
}

const info = (key: string, values: TextValues = {}): NoteModel => ({ kind: 'info', key, values });
const warning = (key: string, values: TextValues = {}): NoteModel => ({ kind: 'warning', key, values });

/** @returns the notes about a file for the page of its import */
export function notesOf({ state, notes }: Pick<Import, 'state' | 'notes'>): NoteModel[] {
  const { encoding, skipped, usernameHeading, passwordHeadings, otherColumns, damagedRows } = notes;
  const found: NoteModel[] = [];
  if (encoding !== null) found.push(warning('imports:notes.encoding'));
  if (damagedRows > 0) found.push(warning('imports:notes.damaged', { count: damagedRows }));
  if (passwordHeadings.length > 0) found.push(warning('imports:notes.passwords', { names: passwordHeadings }));
  if (skipped.length > 0) found.push(info('imports:notes.skipped', { names: skipped }));
  if (usernameHeading !== null) found.push(info('imports:notes.username', { heading: usernameHeading }));
  // While the import is staged, the form lists these columns, so no note is needed.
  if (state !== 'staged' && otherColumns.length > 0)
    found.push(info('imports:notes.leftOut', { names: otherColumns.map(({ heading }) => heading) }));
  return found;
}
