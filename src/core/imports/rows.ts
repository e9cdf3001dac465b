import type { FieldFault } from '../../domain/errors.ts';
import type {
  Counts,
  ImportedUser,
  ImportMode,
  ImportState,
  RowOutcome,
  PlannedRow,
  AbortReason,
} from '../../domain/imports.ts';
import type { Change } from '../../domain/people/user.ts';

/** While its file is read, nobody sees an import. */
type SeenImportState = Exclude<ImportState, 'reading'>;

/** An import as whoever sent the file sees it. Times are epoch ms. */
export interface Import {
  readonly id: string;
  readonly fileName: string;
  readonly state: SeenImportState;
  readonly mode: ImportMode | null;
  readonly counts: Counts;
  readonly createdAt: number;
  /** When all that is kept of it is dropped. */
  readonly expiresAt: number;
  readonly finishedAt: number | null;
  readonly stoppedBy: AbortReason | null;
  /** Until then a download of the temporary passwords counts as under way. */
  readonly deliveringUntil: number | null;
  readonly deliveredAt: number | null;
}

export interface ImportRecord {
  id: string;
  tenant_id: string;
  user_id: string;
  file_name: string;
  state: SeenImportState;
  added: number;
  changed: number;
  unchanged: number;
  refused: number;
  created_at: number;
  expires_at: number;
  mode: ImportMode | null;
  user_epoch: number | null;
  request_id: string | null;
  address: string | null;
  finished_at: number | null;
  stopped_by: AbortReason | null;
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
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    finishedAt: row.finished_at,
    stoppedBy: row.stopped_by,
    deliveringUntil: row.delivering_until,
    deliveredAt: row.delivered_at,
  };
}

export interface PlannedRowRecord {
  line: number;
  outcome: RowOutcome;
  user_id: string | null;
  username: string;
  display_name: string;
  data: string;
}

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

function dataOf(row: PlannedRow): unknown {
  switch (row.outcome) {
    case 'added':
      return row.user;
    case 'changed':
      return row.changes;
    case 'refused':
      return row.faults;
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
      return { ...base, outcome, faults: data as FieldFault[] };
    case 'unchanged':
      return { ...base, outcome };
  }
}
