/** One part of a name, as it is written and as it appears in a user name. */
export interface NameEntry {
  readonly written: string;
  readonly ascii: string;
}

/** The order of the two parts in a display name, and whether a space separates them. */
export type NameOrder = 'givenFirst' | 'familyFirst' | 'familyFirstUnspaced';

/** Given and family names. Every combination of them is a plausible name. */
export interface NameGroup {
  readonly given: readonly NameEntry[];
  readonly family: readonly NameEntry[];
  readonly order: NameOrder;
}

/** A person's name, in the forms that a user account needs. */
export interface PersonName {
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly localPart: string;
}

/**
 * Parses a pair `written:ascii`. Without the second part, the ASCII form is the name in lowercase without spaces. Other
 * ASCII forms are given explicitly because transliteration depends on the language: ü is "ue" in German and "u" in
 * Turkish.
 */
export function entry(pair: string): NameEntry {
  const [written = '', ascii] = pair.trim().split(':');
  return { written, ascii: ascii ?? written.toLowerCase().replaceAll(' ', '') };
}

const entries = (pairs: string): NameEntry[] => pairs.split(',').map(entry);

/** Creates a group of names from two comma-separated lists. */
export function group(given: string, family: string, order: NameOrder = 'givenFirst'): NameGroup {
  return { given: entries(given), family: entries(family), order };
}

/** Combines a given and a family name in the given order. */
export function fullName(given: NameEntry, family: NameEntry, order: NameOrder): PersonName {
  const displayName = {
    givenFirst: `${given.written} ${family.written}`,
    familyFirst: `${family.written} ${given.written}`,
    familyFirstUnspaced: `${family.written}${given.written}`,
  }[order];
  return {
    firstName: given.written,
    lastName: family.written,
    displayName,
    localPart: `${given.ascii}.${family.ascii}`,
  };
}
