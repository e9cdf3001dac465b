import { Failure, inField, type CodedError, type FieldFault } from './errors.ts';
import { offersLanguage, type RegionRules } from './regions.ts';
import { administratorLevels, agentLevels } from './roles.ts';
import { cleanName, maxNameLength, type User } from './people/user.ts';
import { hasVisibleCharacter, isLongerThan } from './people/visible-text.ts';

/*
 * Validation in core. Forms validate too, but commands, imports and APIs also call core, and types are not checked at
 * run time.
 */

/**
 * Validates a single-line text, which must not contain control, invisible or bidirectional characters.
 * @param maxLength the maximum length in Unicode code points
 * @returns the error; null if the text is valid
 */
export function textFault(text: unknown, maxLength: number): CodedError | null {
  if (typeof text !== 'string' || cleanName(text) !== text) return { code: 'field.malformed' };
  return isLongerThan(text, maxLength) ? { code: 'field.tooLong' } : null;
}

/** @returns a fault if the value is not one of the choices; null otherwise */
export const choiceFault = (field: string, choices: readonly unknown[], value: unknown): FieldFault | null =>
  choices.includes(value) ? null : { field, code: 'field.unknownValue', parameters: { field } };

/**
 * Rejects invalid input.
 * @throws Failure badRequest with the first fault, if there is any
 */
export function rejectFaults(...faults: readonly (CodedError | null)[]): void {
  for (const fault of faults) if (fault !== null) throw new Failure('badRequest', fault);
}

/**
 * @param language the language to validate; null stands for the tenant's language, which is always valid
 * @returns a fault if the region does not offer the language; null otherwise
 */
export const languageFault = (
  rules: Pick<RegionRules, 'languages'>,
  { language }: { readonly language: string | null },
): FieldFault | null => (offersLanguage(rules, language) ? null : { field: 'language', code: 'language.notOffered' });

type Levels = Partial<Pick<User, 'administratorLevel' | 'agentLevel'>>;

/** @returns a fault for each unknown level; undefined levels are not validated */
export function levelFaults({ administratorLevel, agentLevel }: Levels): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const [field, choices, level] of [
    ['administratorLevel', administratorLevels, administratorLevel],
    ['agentLevel', agentLevels, agentLevel],
  ] as const) {
    const fault = level === undefined ? null : choiceFault(field, choices, level);
    if (fault !== null) faults.push(fault);
  }
  return faults;
}

// A display name has room for the first name, a space and the last name.
const maxLengths = { firstName: maxNameLength, lastName: maxNameLength, displayName: 2 * maxNameLength + 1 };
const names = Object.keys(maxLengths) as (keyof typeof maxLengths)[];

/**
 * @param user the data of the user, with cleaned names. An empty display name stands for the first and last name
 * @returns the faults in the data of a user, at most one per field
 */
export function userFaults(
  rules: Pick<RegionRules, 'languages'>,
  user: Pick<User, keyof typeof maxLengths | 'language'> & Levels,
): FieldFault[] {
  const faults = nameFaults(user);
  const language = languageFault(rules, user);
  if (language !== null) faults.push(language);
  return [...faults, ...levelFaults(user)];
}

/** @returns the faults in the cleaned names of a user, at most one per field */
export function nameFaults(user: Pick<User, keyof typeof maxLengths>): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const field of names) {
    const fault = textFault(user[field], maxLengths[field]);
    if (fault !== null) faults.push(inField(field, fault));
  }
  if (!hasVisibleCharacter(user.displayName || user.firstName + user.lastName))
    faults.push({ field: 'displayName', code: 'displayName.missing' });
  return faults;
}
