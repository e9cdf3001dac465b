import { Failure, inField, type CodedError, type FieldFault } from './errors.ts';
import { offersLanguage, type RegionRules } from './regions.ts';
import { administratorLevels, agentLevels } from './roles.ts';
import { cleanName, maxNameLength, type User } from './people/user.ts';

/*
 * What core checks of values that it stores or acts on. Forms have checked them already, but commands, imports and APIs also call core,
 * and types say nothing about what arrives at run time.
 */

/**
 * @param maxLength in UTF-16 code units
 * @returns what is wrong with one line of text, which has no control, invisible or direction-changing characters
 */
export function textFault(text: unknown, maxLength: number): CodedError | null {
  if (typeof text !== 'string' || cleanName(text) !== text) return { code: 'field.malformed' };
  return text.length > maxLength ? { code: 'field.tooLong' } : null;
}

/** @returns a fault where a value is none of the choices */
export const choiceFault = (field: string, choices: readonly unknown[], value: unknown): FieldFault | null =>
  choices.includes(value) ? null : { field, code: 'field.unknownValue', parameters: { field } };

/** @throws Failure badRequest with the first fault */
export function rejectFaults(...faults: readonly (CodedError | null)[]): void {
  for (const fault of faults) if (fault !== null) throw new Failure('badRequest', fault);
}

/** @returns a fault where the region does not offer a language; null is the tenant's own */
export const languageFault = (
  rules: Pick<RegionRules, 'languages'>,
  { language }: { readonly language: string | null },
): FieldFault | null => (offersLanguage(rules, language) ? null : { field: 'language', code: 'language.notOffered' });

type Levels = Partial<Pick<User, 'administratorLevel' | 'agentLevel'>>;

/** @returns a fault for each level that does not exist; a level that is left out is not judged */
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

// A display name may be put together from a first and a last name.
const maxLengths = { firstName: maxNameLength, lastName: maxNameLength, displayName: 2 * maxNameLength + 1 };
const names = Object.keys(maxLengths) as (keyof typeof maxLengths)[];

/**
 * @param facts names in their clean spelling; an empty display name stands for the first and last name
 * @returns everything that is wrong with the facts of a user, at most one fault per field
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
  if (names.every((field) => facts[field] === '')) faults.push({ field: 'displayName', code: 'displayName.missing' });
  const language = languageFault(rules, facts);
  if (language !== null) faults.push(language);
  return [...faults, ...levelFaults(facts)];
}
