import { findChangeTo } from '../http/conflict.ts';
import type { ConflictingField, DisplayText, FormConflict } from '../http/view-models.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User, Change } from '../../domain/people/user.ts';
import { changeableFields, type EditConflict, fieldsOf, type UserField } from '../../core/accounts/index.ts';
import type { assignableLevels } from './view-models.ts';
import type { Activity } from '../../domain/activity/event.ts';
import { enumColumns } from './csv.ts';
import { activityStore } from '../../core/activity/index.ts';
import type { Database } from '../../platform/database/database.ts';

type FieldValues = Readonly<Record<UserField, string>>;
type OfferedLevels = ReturnType<typeof assignableLevels>;

/** The state of a user's edit form. */
export interface EditFormState {
  /** The values in the fields. */
  readonly values: FieldValues;
  /**
   * The user's version when the page was opened. The form submits it with `shown`, so that concurrent changes are
   * detected.
   */
  readonly version: string;
  readonly shown: Partial<FieldValues>;
  readonly conflict: FormConflict | null;
  /** The stored values of fields whose typed values were not saved. */
  readonly stored: Partial<Record<UserField, DisplayText>>;
}

function formValuesOf(user: User, { rules }: Scope): FieldValues {
  const fields = fieldsOf(user, rules);
  return { ...fields, language: fields.language ?? '' };
}

// The form for one's own account contains no levels.
function submittedFieldsOf(texts: FieldValues, { own }: OfferedLevels): Partial<FieldValues> {
  const { administratorLevel, agentLevel, ...others } = texts;
  return own ? others : { ...others, administratorLevel, agentLevel };
}

/** @returns the form with the stored values */
export function storedForm(scope: Scope, user: User, levels: OfferedLevels): EditFormState {
  const values = formValuesOf(user, scope);
  return {
    values,
    version: String(user.version),
    shown: submittedFieldsOf(values, levels),
    conflict: null,
    stored: {},
  };
}

/** @returns whether a request body is a submitted edit form, which always contains the user's version */
export const isSubmitted = (body: unknown): boolean => textField(body, 'version') !== '';

/**
 * @returns the form with the submitted values, to be corrected; it keeps the version and values that the page showed
 * when it was opened
 */
export function returnedForm(scope: Scope, user: User, levels: OfferedLevels, body: unknown): EditFormState {
  const stored = storedForm(scope, user, levels);
  const shown = Object.keys(stored.shown).map((field) => [field, textField(body, `shown.${field}`)]);
  return {
    values: typedOrStored(stored.values, levels, body),
    version: textField(body, 'version'),
    shown: Object.fromEntries(shown) as Partial<FieldValues>,
    conflict: null,
    stored: {},
  };
}

/**
 * @returns the form with the stored values, except in fields that the sender changed; submitting it again saves these
 * changes
 */
export function conflictForm(
  scope: Scope,
  { user, changes, complete }: EditConflict,
  { levels, body, fields }: { levels: OfferedLevels; body: unknown; fields: readonly ConflictingField[] },
): EditFormState {
  const stored = storedForm(scope, user, levels);
  const typed = typedOrStored(stored.values, levels, body);
  const merged = changeableFields.map((field) => [field, (field in changes ? typed : stored.values)[field]]);
  return {
    ...stored,
    values: Object.fromEntries(merged) as FieldValues,
    conflict: { complete, fields },
    stored: Object.fromEntries(fields.map((each) => [each.field, each.stored])),
  };
}

// A level that the form does not offer cannot be selected, so the stored level is used instead.
function typedOrStored(stored: FieldValues, levels: OfferedLevels, body: unknown): FieldValues {
  const typed = Object.fromEntries(changeableFields.map((field) => [field, textField(body, field)])) as FieldValues;
  const administratorLevel = levels.administrator.find((level) => level === typed.administratorLevel);
  const agentLevel = levels.agent.find((level) => level === typed.agentLevel);
  return {
    ...typed,
    administratorLevel: administratorLevel ?? stored.administratorLevel,
    agentLevel: agentLevel ?? stored.agentLevel,
  };
}

function textField(body: unknown, name: string): string {
  const value = (body as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

/** @returns the fields that were not saved, each with its stored value and the user who stored it */
export async function conflictingFields(
  database: Database,
  scope: Scope,
  { user, fields, complete }: EditConflict,
): Promise<ConflictingField[]> {
  const stored = fieldsOf(user, scope.rules);
  const edits = complete ? await activityStore.editsOfUser(database, scope, user.id) : [];
  return fields.map((field) => ({
    field,
    label: `common:terms.${field}`,
    stored: shownValue(field, stored[field]),
    change: findChangeTo<Change>(edits, stored[field], (entry) => changeOf(entry, field), shownValue.bind(null, field)),
  }));
}

const changeOf = ({ event }: Activity, field: UserField): Change | undefined =>
  event.kind === 'user.edited' ? event.changes.find((change) => change.field === field) : undefined;

function shownValue(field: UserField, value: string | null): DisplayText {
  if (field === 'language') return enumColumns.language(value ?? 'tenant');
  if (field === 'administratorLevel' || field === 'agentLevel') return enumColumns[field](value ?? 'none');
  return value === null || value === '' ? { key: 'activity:empty' } : { text: value };
}
