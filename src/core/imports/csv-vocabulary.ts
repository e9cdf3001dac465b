import type { Language } from '../../domain/regions.ts';
import type { AdministratorLevel, AgentLevel } from '../../domain/roles.ts';

/** The columns of a CSV file of users, under stable names. The last two are read-only. */
export const csvColumns = [
  'username',
  'firstName',
  'lastName',
  'displayName',
  'administratorLevel',
  'agentLevel',
  'language',
  'status',
  'lastSignIn',
] as const;
export type CsvColumn = (typeof csvColumns)[number];

/** Recognizes headings and cell values in every language of the portal. */
export interface UserCsvVocabulary {
  /** @returns the column with this heading, or null */
  columnOf(heading: string): CsvColumn | null;
  /** @returns the level in a cell, or undefined for any other text */
  levelOf(column: 'administratorLevel', cell: string): AdministratorLevel | undefined;
  levelOf(column: 'agentLevel', cell: string): AgentLevel | undefined;
  /** @returns the language, null for the tenant's default language, or undefined for any other text */
  languageOf(cell: string): Language | null | undefined;
}
