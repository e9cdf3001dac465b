import type { FieldFault } from './errors.ts';
import type { Language } from './regions.ts';
import type { AdministratorLevel, AgentLevel } from './roles.ts';
import type { Change } from './people/user.ts';

/** For how long an import is kept after it was staged, wanted or ended: what is in it is personal. In ms. */
export const importRetentionMs = 24 * 60 * 60 * 1_000;

const mebibyte = 1024 * 1024;
export const maxImportMebibytes = 5;
export const maxImportBytes = maxImportMebibytes * mebibyte;

/** What becomes of a row of an imported file. */
export const rowOutcomes = ['added', 'changed', 'unchanged', 'refused'] as const;
export type RowOutcome = (typeof rowOutcomes)[number];
export type Counts = Readonly<Record<RowOutcome, number>>;

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
 * The way of an import: read, shown to whoever sent it, wanted by them, then done or stopped as a whole.
 * An import that is still being read is nobody's to see.
 */
export type ImportState = 'reading' | 'staged' | 'wanted' | 'done' | 'stopped';

/** All rows or nothing; or those that are not refused. */
export const importModes = ['all', 'good'] as const;
export type ImportMode = (typeof importModes)[number];

/** Why a wanted import changed nobody. */
export type AbortReason = 'rows' | 'rights' | 'lastGlobalAdmin';

/** @returns whether an import may be wanted in this way: all or nothing is no choice where something is refused already */
export const canConfirm = (mode: ImportMode, { added, changed, refused }: Counts): boolean =>
  added + changed > 0 && (mode === 'good' || refused === 0);
