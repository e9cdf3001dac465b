import { importedColumns } from '../../domain/imports.ts';
import type { Language } from '../../domain/regions.ts';
import type { AdministratorLevel, AgentLevel } from '../../domain/roles.ts';

/** The columns of a CSV file of users, under stable names. The last two are read-only. */
export const csvColumns = [...importedColumns, 'status', 'lastSignIn'] as const;
export type CsvColumn = (typeof csvColumns)[number];

/**
 * The meaning of a heading: a column of Parvis, or a column that is not imported because it contains passwords, the
 * reasons in a file of rejected rows, or other data that directories usually export.
 */
export type Heading =
  | {
      readonly column: CsvColumn;
      /** If several headings mean the same column, the lowest rank has precedence. 0 for Parvis's own headings. */
      readonly rank: number;
    }
  | { readonly column: 'password' | 'reason' | 'usual' };

/** Recognizes headings and cell values in every language of the portal. */
export interface UserCsvVocabulary {
  /** @returns the meaning of a heading in a file of Parvis or of another directory, or null */
  headingOf(text: string): Heading | null;
  /** @returns the level in a cell, or undefined for any other text */
  levelOf(column: 'administratorLevel', cell: string): AdministratorLevel | undefined;
  levelOf(column: 'agentLevel', cell: string): AgentLevel | undefined;
  /** @returns the language, null for the tenant's default language, or undefined for any other text */
  languageOf(cell: string): Language | null | undefined;
}
