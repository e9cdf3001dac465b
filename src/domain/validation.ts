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
 * @param maxLength in Unicode code points
 * @returns the error of a single-line text, which must not contain control, invisible or bidirectional characters
 */
export function textFault(text: unknown, maxLength: number): CodedError | null {
  if (typeof text !== 'string' || cleanName(text) !== text) return { code: 'field.malformed' };
  return isLongerThan(text, maxLength) ? { code: 'field.tooLong' } : null;
}

/** @returns a fault if the value is not one of the choices, else null */
export const choiceFault = (field: string, choices: readonly unknown[], value: unknown): FieldFault | null =>
  choices.includes(value) ? null : { field, code: 'field.unknownValue', parameters: { field } };

/** @throws Failure badRequest with the first fault */
export function rejectFaults(...faults: readonly (CodedError | null)[]): void {
  for (const fault of faults) if (fault !== null) throw new Failure('badRequest', fault);
}

/** @returns a fault if the region does not offer a language; null stands for the tenant's language */
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

// A display name may consist of the first and the last name.
const maxLengths = { firstName: maxNameLength, lastName: maxNameLength, displayName: 2 * maxNameLength + 1 };
const names = Object.keys(maxLengths) as (keyof typeof maxLengths)[];

/**
 * @param facts cleaned names; an empty display name means the first and last name
 * @returns the faults in the data of a user, at most one per field
 */
export function userFaults(
  rules: Pick<RegionRules, 'languages'>,
  facts: Pick<User, keyof typeof maxLengths | 'language'> & Levels,
): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const field of names) {
    const fault = textFault(facts[field], maxLengths[field]);
    if (fault !== null) faults.push(inField(field, fault));
  }
  if (!hasVisibleCharacter(facts.displayName || facts.firstName + facts.lastName))
    faults.push({ field: 'displayName', code: 'displayName.missing' });
  const language = languageFault(rules, facts);
  if (language !== null) faults.push(language);
  return [...faults, ...levelFaults(facts)];
}
