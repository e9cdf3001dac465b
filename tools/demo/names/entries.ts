/** One part of a name: as its bearer writes it, and as it stands in a user name. */
export interface NameEntry {
  readonly written: string;
  readonly ascii: string;
}

/** The order in which a display name puts the two parts, and whether a space stands between. */
export type NameOrder = 'givenFirst' | 'familyFirst' | 'familyFirstUnspaced';

/** Given and family names of which every pairing is a name that somebody could bear. */
export interface NameGroup {
  readonly given: readonly NameEntry[];
  readonly family: readonly NameEntry[];
  readonly order: NameOrder;
}

/** The name of one person, in the forms a user account needs. */
export interface PersonName {
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly localPart: string;
}

/**
 * Reads one `written:ascii` pair.
 * The ascii form is written by hand wherever it is more than the lower-cased name, because no
 * general table is right for every language: ü is "ue" in German and "u" in Turkish.
 */
export function entry(pair: string): NameEntry {
  const [written = '', ascii] = pair.trim().split(':');
  return { written, ascii: ascii ?? written.toLowerCase().replaceAll(' ', '') };
}

const entries = (pairs: string): NameEntry[] => pairs.split(',').map(entry);

/** Makes a group of names out of two comma-separated lists. */
export function group(given: string, family: string, order: NameOrder = 'givenFirst'): NameGroup {
  return { given: entries(given), family: entries(family), order };
}

/** Puts a given and a family name together in the order their bearer uses. */
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
