import type { Language } from '../../domain/regions.ts';
import type { AdministratorLevel, AgentLevel } from '../../domain/roles.ts';

/** The columns of a file of users, under names that never change. The last two are for reading only. */
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

/** Understands headings and cells in every language that the portal speaks. */
export interface UserCsvVocabulary {
  /** @returns the column that a heading names, or null */
  columnOf(heading: string): CsvColumn | null;
  /** @returns the level that a cell names, or undefined for any other text */
  levelOf(column: 'administratorLevel', cell: string): AdministratorLevel | undefined;
  levelOf(column: 'agentLevel', cell: string): AgentLevel | undefined;
  /** @returns the language, null for the tenant's, or undefined for any other text */
  languageOf(cell: string): Language | null | undefined;
}
