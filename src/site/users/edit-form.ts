import type { Shown } from '../http/view-models.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User, Change } from '../../domain/people/user.ts';
import { changeableFields, type EditConflict, fieldsOf, type UserField } from '../../core/accounts/index.ts';
import type { levelsFor } from './view-models.ts';
import type { Activity } from '../../domain/activity/event.ts';
import { wordedColumns } from './csv.ts';
import { activityStore } from '../../core/activity/index.ts';
import type { Database } from '../../platform/database/database.ts';

type Texts = Readonly<Record<UserField, string>>;
type OfferedLevels = ReturnType<typeof levelsFor>;

/** The edit form of a user as its page holds it. */
export interface EditFormState {
  /** What stands in the fields. */
  readonly values: Texts;
  /** What the form sends along, to tell later which fields were changed. */
  readonly version: string;
  readonly shown: Partial<Texts>;
  readonly conflict: { readonly complete: boolean; readonly fields: readonly ConflictingField[] } | null;
  /** The stored values, beside the fields whose input was not saved. */
  readonly stored: Partial<Record<UserField, Shown>>;
}

function textsOf(user: User, { rules }: Scope): Texts {
  const fields = fieldsOf(user, rules);
  return { ...fields, language: fields.language ?? '' };
}

// The form sends no level where it offers none.
function shownIn(texts: Texts, { own }: OfferedLevels): Partial<Texts> {
  const { administratorLevel, agentLevel, ...others } = texts;
  return own ? others : { ...others, administratorLevel, agentLevel };
}

/** @returns the form with the stored values */
export function storedForm(scope: Scope, user: User, levels: OfferedLevels): EditFormState {
  const values = textsOf(user, scope);
  return { values, version: String(user.version), shown: shownIn(values, levels), conflict: null, stored: {} };
}

/** @returns the form as it was sent, to be corrected: it still says what its page had shown when it was opened */
export function returnedForm(scope: Scope, user: User, levels: OfferedLevels, body: unknown): EditFormState {
  const stored = storedForm(scope, user, levels);
  const shown = Object.keys(stored.shown).map((field) => [field, textIn(body, `shown.${field}`)]);
  return {
    values: typedOr(stored.values, levels, body),
    version: textIn(body, 'version'),
    shown: Object.fromEntries(shown) as Partial<Texts>,
    conflict: null,
    stored: {},
  };
}

/** @returns the form with the stored values, and what the sender changed in their place: sent again, it is saved */
export function conflictForm(
  scope: Scope,
  { user, changes, complete }: EditConflict,
  { levels, body, fields }: { levels: OfferedLevels; body: unknown; fields: readonly ConflictingField[] },
): EditFormState {
  const stored = storedForm(scope, user, levels);
  const typed = typedOr(stored.values, levels, body);
  const kept = changeableFields.map((field) => [field, (field in changes ? typed : stored.values)[field]]);
  return {
    ...stored,
    values: Object.fromEntries(kept) as Texts,
    conflict: { complete, fields },
    stored: Object.fromEntries(fields.map((each) => [each.field, each.stored])),
  };
}

// A level that is not offered cannot be selected: the stored one is.
function typedOr(stored: Texts, levels: OfferedLevels, body: unknown): Texts {
  const typed = Object.fromEntries(changeableFields.map((field) => [field, textIn(body, field)])) as Texts;
  const administratorLevel = levels.administrator.find((level) => level === typed.administratorLevel);
  const agentLevel = levels.agent.find((level) => level === typed.agentLevel);
  return {
    ...typed,
    administratorLevel: administratorLevel ?? stored.administratorLevel,
    agentLevel: agentLevel ?? stored.agentLevel,
  };
}

function textIn(body: unknown, name: string): string {
  const value = (body as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

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
  if (field === 'language') return wordedColumns.language(value ?? 'tenant');
  if (field === 'administratorLevel' || field === 'agentLevel') return wordedColumns[field](value ?? 'none');
  return value === null || value === '' ? { key: 'activity:empty' } : { text: value };
}
