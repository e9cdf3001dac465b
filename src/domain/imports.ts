import type { FieldFault } from './errors.ts';
import type { Language } from './regions.ts';
import type { AdministratorLevel, AgentLevel } from './roles.ts';
import type { Change } from './people/user.ts';

/** How long an import is kept after it was staged, confirmed, applied or aborted, in ms. It holds personal data. */
export const importKeptMs = 24 * 60 * 60 * 1_000;

const mebibyte = 1024 * 1024;
export const maxImportMebibytes = 5;
export const maxImportBytes = maxImportMebibytes * mebibyte;

/** What becomes of a row of an imported file. */
export const outcomes = ['added', 'changed', 'unchanged', 'refused'] as const;
export type Outcome = (typeof outcomes)[number];
export type Counts = Readonly<Record<Outcome, number>>;

/** Everything that a new user is made of, as a row of a file says it. */
export interface ImportedUser {
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly language: Language | null;
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
}

interface RowBase {
  /** The row's number as a spreadsheet counts, the header being the first. */
  readonly line: number;
  readonly username: string;
  readonly displayName: string;
}

/** A row with what would be done, decided before anything is done. */
export type PlannedRow = RowBase &
  (
    | { readonly outcome: 'added'; readonly userId: string; readonly user: ImportedUser }
    | { readonly outcome: 'changed'; readonly userId: string; readonly changes: readonly Change[] }
    | { readonly outcome: 'unchanged' }
    | { readonly outcome: 'refused'; readonly faults: readonly FieldFault[] }
  );

/**
 * The life cycle of an import: the file is read, the planned rows are staged for review, the user confirms them, and then they
 * are applied or aborted as a whole. An import that is still being read is not visible to any user.
 */
export type ImportState = 'reading' | 'staged' | 'confirmed' | 'applied' | 'aborted';

/** `all` applies every row or none; `validRowsOnly` leaves out the rows that are refused. */
export const importModes = ['all', 'validRowsOnly'] as const;
export type ImportMode = (typeof importModes)[number];

/** Why a confirmed import was aborted without any change. */
export type AbortReason = 'rows' | 'rights' | 'lastGlobalAdmin';

/** @returns whether an import can be confirmed in this mode. `all` is not possible once a row has been refused. */
export const canConfirm = (mode: ImportMode, { added, changed, refused }: Counts): boolean =>
  added + changed > 0 && (mode === 'validRowsOnly' || refused === 0);
