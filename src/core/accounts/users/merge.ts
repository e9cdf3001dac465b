import { offersLanguage, type RegionRules } from '../../../domain/regions.ts';
import { cleanName } from '../../../domain/people/user.ts';
import { changeableFields, type UserChanges } from '../stores/users.columns.ts';

export type UserField = keyof UserChanges;

/** Levels are missing where the form did not offer them, as on one's own page. */
type FormFields = Omit<UserChanges, 'administratorLevel' | 'agentLevel'> &
  Partial<Pick<UserChanges, 'administratorLevel' | 'agentLevel'>>;

/** What the page showed when the form was rendered. */
export type ShownFields = FormFields & { readonly version: number };

/** An edit form as it was sent. An empty display name stands for the first and last name. */
export interface SentEdit {
  readonly typed: FormFields;
  /** Null where the form does not say it, or not in a readable form. */
  readonly shown: ShownFields | null;
}

/** @returns the fields of a user as the form shows them: names in their clean spelling, and only a language that is offered */
export function fieldsOf(user: UserChanges, rules: RegionRules): UserChanges {
  const { firstName, lastName, displayName, language, administratorLevel, agentLevel } = user;
  const names = { firstName: cleanName(firstName), lastName: cleanName(lastName), displayName: cleanName(displayName) };
  return { ...names, language: offersLanguage(rules, language) ? language : null, administratorLevel, agentLevel };
}

/** @returns the display name of a person who was given none */
export const joinedName = ({ firstName, lastName }: Pick<UserChanges, 'firstName' | 'lastName'>): string =>
  `${firstName} ${lastName}`.trim();

/**
 * @param stored what the fields hold now; stands in for what was shown where the form does not say it
 * @returns the fields that the sender changed, with their new values: those whose value is not the one that was shown
 */
export function changesIn({ typed, shown }: SentEdit, stored: UserChanges): Partial<UserChanges> {
  const seen: Partial<UserChanges> = shown ?? stored;
  const named = { ...typed, displayName: typed.displayName === '' ? joinedName(typed) : typed.displayName };
  const changed = changeableFields.filter((field) => named[field] !== undefined && named[field] !== seen[field]);
  const changes: Partial<UserChanges> = Object.fromEntries(changed.map((field) => [field, named[field]]));
  if (typed.displayName !== '' || changes.displayName === undefined) return changes;
  // The names may have been changed by someone else since.
  return { ...changes, displayName: joinedName({ ...stored, ...changes }) || changes.displayName };
}

/** @returns whether the form says of every field that it sends what was shown */
export const isComplete = ({ typed, shown }: SentEdit): boolean =>
  shown !== null && changeableFields.every((field) => typed[field] === undefined || shown[field] !== undefined);

/** @returns the fields that others have changed since the form was rendered */
export const changedByOthers = ({ shown }: SentEdit, stored: UserChanges): UserField[] =>
  changeableFields.filter((field) => shown?.[field] !== undefined && shown[field] !== stored[field]);
