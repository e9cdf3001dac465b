import type { FieldFault } from './errors.ts';
import type { Language } from './regions.ts';
import type { AdministratorLevel, AgentLevel } from './roles.ts';
import type { Change } from './people/user.ts';
import { isInForce } from './plausible-time.ts';

/**
 * How long an import is retained after it is staged, confirmed or finished, in ms. It is short, because an import
 * contains personal data.
 */
export const importRetentionMs = 24 * 60 * 60 * 1_000;

/**
 * @param expiresAt epoch ms, at most the retention period after the last change to the import
 * @param now the current time, epoch ms
 * @returns whether an import has not expired
 */
export const isImportInForce = ({ expiresAt }: { readonly expiresAt: number }, now: number): boolean =>
  isInForce({ from: expiresAt - importRetentionMs, until: expiresAt }, now);

const mebibyte = 1024 * 1024;
/** The maximum size of a file, in MiB. It allows the maximum number of rows with about 200 bytes each. */
export const maxImportMebibytes = 20;
export const maxImportBytes = maxImportMebibytes * mebibyte;
/** The maximum number of users in one file, for imports and for each part of an export. */
export const maxImportRows = 100_000;

/** The possible outcomes of a row in an import. */
export const rowOutcomes = ['added', 'changed', 'unchanged', 'refused'] as const;
export type RowOutcome = (typeof rowOutcomes)[number];
export type Counts = Readonly<Record<RowOutcome, number>>;

/** The data of a new user from a row of the file. */
export interface ImportedUser {
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly language: Language | null;
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
}

/** The columns that an import can set, in the order of the template. */
export const importedColumns = [
  'username',
  'firstName',
  'lastName',
  'displayName',
  'administratorLevel',
  'agentLevel',
  'language',
] as const;

/** The cells of a refused row, as they appear in the file. Empty cells are omitted. */
export type RefusedCells = Readonly<Partial<Record<(typeof importedColumns)[number], string>>>;

interface RowBase {
  /** The row number in a spreadsheet; the header is row 1. */
  readonly line: number;
  readonly username: string;
  readonly displayName: string;
}

/** A row with its planned outcome, which is decided before any row is applied. */
export type PlannedRow = RowBase &
  (
    | { readonly outcome: 'added'; readonly userId: string; readonly user: ImportedUser }
    | { readonly outcome: 'changed'; readonly userId: string; readonly changes: readonly Change[] }
    | { readonly outcome: 'unchanged' }
    | { readonly outcome: 'refused'; readonly faults: readonly FieldFault[]; readonly cells?: RefusedCells }
  );

/** A column that is not imported. */
export interface OtherColumn {
  /** Its position in the file, from 0. */
  readonly index: number;
  readonly heading: string;
  /** Whether the column is common in directory exports. Any other heading may be misspelled. */
  readonly isUsual: boolean;
}

/** Findings about a file, which the review page of the import shows. */
export interface ImportNotes {
  /** The encoding, if it had to be guessed; otherwise null. */
  readonly encoding: 'windows-1252' | null;
  /** The content of the rows above the headings. */
  readonly skipped: readonly string[];
  /** The heading of the user name column, if it is not one of the portal's own headings; otherwise null. */
  readonly usernameHeading: string | null;
  /** The headings of columns with passwords. These are never read. */
  readonly passwordHeadings: readonly string[];
  /** The columns that are not imported. The user must agree to leave them out before confirming. */
  readonly otherColumns: readonly OtherColumn[];
  /** The number of rows whose names lost letters when the file was saved. */
  readonly damagedRows: number;
}

export const noNotes: ImportNotes = {
  encoding: null,
  skipped: [],
  usernameHeading: null,
  passwordHeadings: [],
  otherColumns: [],
  damagedRows: 0,
};

/**
 * The states of an import: read from the file, staged for review, confirmed, then applied or aborted as a whole. While
 * it is being read, no one can see it.
 */
export type ImportState = 'reading' | 'staged' | 'confirmed' | 'applied' | 'aborted';

/** `all` applies all rows or none; `validRowsOnly` leaves out the rows that are refused. */
export const importModes = ['all', 'validRowsOnly'] as const;
export type ImportMode = (typeof importModes)[number];

/** Why a confirmed import was aborted. */
export type AbortReason = 'rows' | 'rights' | 'lastGlobalAdmin';

/**
 * @returns whether an import can be confirmed in a mode. It must add or change at least one user, and `all` requires
 * that no row is refused
 */
export const canConfirm = (mode: ImportMode, { added, changed, refused }: Counts): boolean =>
  added + changed > 0 && (mode === 'validRowsOnly' || refused === 0);
