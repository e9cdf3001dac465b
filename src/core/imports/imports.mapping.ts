import type { FieldFault } from '../../domain/errors.ts';
import type {
  Counts,
  ImportedUser,
  ImportMode,
  ImportNotes,
  ImportState,
  RefusedCells,
  RowOutcome,
  PlannedRow,
  AbortReason,
} from '../../domain/imports.ts';
import type { Change } from '../../domain/people/user.ts';

/** An import is not visible while its file is being read. */
type VisibleImportState = Exclude<ImportState, 'reading'>;

/** An import as its page shows it to the user who uploaded the file. Times are epoch ms. */
export interface Import {
  readonly id: string;
  readonly fileName: string;
  readonly state: VisibleImportState;
  readonly mode: ImportMode | null;
  readonly counts: Counts;
  readonly notes: ImportNotes;
  readonly createdAt: number;
  /** When all data of the import is deleted. */
  readonly expiresAt: number;
  readonly finishedAt: number | null;
  readonly abortReason: AbortReason | null;
  /** End of the lease of a download of the temporary passwords or links; null unless a download has claimed it. */
  readonly deliveringUntil: number | null;
  readonly deliveredAt: number | null;
}

export interface ImportRecord {
  id: string;
  tenant_id: string;
  user_id: string;
  file_name: string;
  state: VisibleImportState;
  added: number;
  changed: number;
  unchanged: number;
  refused: number;
  /** JSON of `ImportNotes`. */
  notes: string;
  created_at: number;
  expires_at: number;
  mode: ImportMode | null;
  user_epoch: number | null;
  request_id: string | null;
  address: string | null;
  finished_at: number | null;
  abort_reason: AbortReason | null;
  delivering_until: number | null;
  delivered_at: number | null;
}

export function toImport(row: ImportRecord): Import {
  const { added, changed, unchanged, refused } = row;
  return {
    id: row.id,
    fileName: row.file_name,
    state: row.state,
    mode: row.mode,
    counts: { added, changed, unchanged, refused },
    notes: JSON.parse(row.notes) as ImportNotes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    finishedAt: row.finished_at,
    abortReason: row.abort_reason,
    deliveringUntil: row.delivering_until,
    deliveredAt: row.delivered_at,
  };
}

export type PlannedRowRecord = {
  line: number;
  outcome: RowOutcome;
  user_id: string | null;
  username: string;
  display_name: string;
  data: string;
};

export function toRecord(row: PlannedRow): PlannedRowRecord {
  const { line, outcome, username, displayName } = row;
  return {
    line,
    outcome,
    user_id: 'userId' in row ? row.userId : null,
    username,
    display_name: displayName,
    data: JSON.stringify(dataOf(row)),
  };
}

interface RefusedData {
  readonly faults: readonly FieldFault[];
  readonly cells?: RefusedCells;
}

function dataOf(row: PlannedRow): unknown {
  switch (row.outcome) {
    case 'added':
      return row.user;
    case 'changed':
      return row.changes;
    case 'refused':
      return { faults: row.faults, cells: row.cells };
    case 'unchanged':
      return null;
  }
}

export function toPlannedRow(record: PlannedRowRecord): PlannedRow {
  const { line, outcome, username, display_name: displayName } = record;
  const base = { line, username, displayName };
  const userId = record.user_id ?? '';
  const data: unknown = JSON.parse(record.data);
  switch (outcome) {
    case 'added':
      return { ...base, outcome, userId, user: data as ImportedUser };
    case 'changed':
      return { ...base, outcome, userId, changes: data as Change[] };
    case 'refused':
      return { ...base, outcome, ...(data as RefusedData) };
    case 'unchanged':
      return { ...base, outcome };
  }
}
