import type { Activity } from '../../domain/activity/event.ts';
import type { Scope } from '../../domain/scope.ts';
import { wordedColumns } from './csv.ts';
import { type EditConflict, fieldsOf, type UserField } from '../../core/accounts/index.ts';
import { activityStore } from '../../core/activity/index.ts';
import type { Change } from '../../domain/people/user.ts';
import type { Database } from '../../platform/database/database.ts';

/** A text as it is, or the key of a text with its values. */
export type Shown = { readonly text: string } | { readonly key: string; readonly values?: Record<string, string> };

/** A field that was not saved, with what is stored in it, and who stored that where the log says so. */
export interface ConflictingField {
  readonly field: UserField;
  readonly stored: Shown;
  readonly change: { readonly by: Shown; readonly from: Shown; readonly at: number } | null;
}

/** Who changed the fields of a conflict, and to what. */
export async function conflictingFields(
  database: Database,
  scope: Scope,
  { user, fields, complete }: EditConflict,
): Promise<ConflictingField[]> {
  const stored = fieldsOf(user, scope.rules);
  const edits = complete ? await activityStore.editsOfUser(database, scope, user.id) : [];
  return fields.map((field) => ({
    field,
    stored: shownValue(field, stored[field]),
    change: changeTo(edits, field, stored[field]),
  }));
}

// Languages that users choose for themselves are not in the log, and names in it can have been erased: then the newest entry
// about the field does not lead to the stored value, and no one is named.
function changeTo(edits: readonly Activity[], field: UserField, stored: string | null): ConflictingField['change'] {
  for (const activity of edits) {
    const change = changeOf(activity, field);
    if (change === undefined) continue;
    if (change.to !== stored) return null;
    return { by: actorOf(activity), from: shownValue(field, change.from), at: activity.at };
  }
  return null;
}

const changeOf = ({ event }: Activity, field: UserField): Change | undefined =>
  event.kind === 'user.edited' ? event.changes.find((change) => change.field === field) : undefined;

function actorOf({ actor, support }: Activity): Shown {
  if (actor === null) return { key: 'activity:operator' };
  if (actor.name === null) return { key: 'activity:erased', values: { pseudonym: actor.pseudonym ?? '' } };
  return support ? { key: 'activity:supporter', values: { name: actor.name } } : { text: actor.name };
}

function shownValue(field: UserField, value: string | null): Shown {
  if (field === 'language') return { key: wordedColumns.language.key(value ?? 'tenant') };
  if (field === 'administratorLevel' || field === 'agentLevel')
    return { key: wordedColumns[field].key(value ?? 'none') };
  return value === null || value === '' ? { key: 'activity:empty' } : { text: value };
}
