import type { FieldFault } from '../../domain/errors.ts';
import type { PlannedRow, RefusedCells } from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User, Change } from '../../domain/people/user.ts';
import { additionFault, changeFault, type UsernameHolder, type PlanContext } from './plan-rows.ts';
import { usersBatchStore, usersStore } from '../accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';

type Row<Outcome extends PlannedRow['outcome']> = Extract<PlannedRow, { outcome: Outcome }>;

/** The rows of an import, after a check against the current state of the users. */
export interface RecheckedRows {
  readonly added: Row<'added'>[];
  readonly changed: { readonly row: Row<'changed'>; readonly user: User }[];
  /** Rows with changes that another user has already made in the meantime. */
  readonly unchanged: Row<'unchanged'>[];
  readonly refused: Row<'refused'>[];
}

/**
 * Checks a slice of the rows again before they are applied. A row that cannot be applied exactly as shown in the review
 * is refused.
 */
export async function recheckRows(
  tx: Database,
  scope: Scope,
  rows: readonly PlannedRow[],
  context: PlanContext,
): Promise<RecheckedRows> {
  const rechecked: RecheckedRows = { added: [], changed: [], unchanged: [], refused: [] };
  const names = rows.map(({ username }) => username);
  await usersStore.lockByUsernames(tx, scope, names);
  const holders = await usersBatchStore.findByUsernames(tx, scope, names);
  for (const row of rows) recheckRow(rechecked, scope, context, row, holders.get(row.username));
  return rechecked;
}

function recheckRow(
  rechecked: RecheckedRows,
  scope: Scope,
  context: PlanContext,
  row: PlannedRow,
  holder: UsernameHolder,
): void {
  const { line, username, displayName } = row;
  const refuse = (fault: FieldFault): void => {
    rechecked.refused.push({ line, username, displayName, outcome: 'refused', faults: [fault], cells: cellsOf(row) });
  };
  if (row.outcome === 'added') {
    const fault = additionFault(scope, context, { ...row.user, username }, holder);
    return fault ? refuse(fault) : void rechecked.added.push(row);
  }
  if (row.outcome !== 'changed') return;
  if (holder?.id !== row.userId || holder.state === 'deleted') return refuse(outdated('username'));
  const remaining = row.changes.filter(({ field, to }) => holder[field] !== to);
  if (remaining.length === 0)
    return void rechecked.unchanged.push({ line, username, displayName, outcome: 'unchanged' });
  const conflicting = remaining.find(({ field, from }) => holder[field] !== from);
  const fault = conflicting ? outdated(conflicting.field) : changeFault(scope, context, holder, remaining);
  if (fault) refuse(fault);
  else rechecked.changed.push({ row: { ...row, changes: remaining }, user: holder });
}

/** @returns the cells of a planned row, with stable values instead of the text in the file */
function cellsOf(row: PlannedRow): RefusedCells {
  const planned = row.outcome === 'added' ? Object.entries(row.user) : changesOf(row);
  const cells = planned.map(([field, value]) => [field, value ?? (row.outcome === 'changed' ? 'tenant' : '')] as const);
  return Object.fromEntries([['username', row.username] as const, ...cells].filter(([, cell]) => cell !== ''));
}

const changesOf = (row: PlannedRow): [field: string, to: string | null][] =>
  row.outcome === 'changed' ? row.changes.map(({ field, to }) => [field, to]) : [];

const outdated = (field: string): FieldFault => ({ field, code: 'importRow.outdated' });

/** @returns the number of active Global admins whom the rows demote, and the number whom they add or promote */
export function adminBalanceOf({ added, changed }: RecheckedRows): { demoted: number; gained: number } {
  const addedAdmins = added.filter(({ user }) => user.administratorLevel === 'global').length;
  const levelChanges = changed
    .filter(({ user }) => user.state === 'active')
    .flatMap(({ row }) => row.changes.filter(isLevel));
  const promoted = levelChanges.filter(({ to }) => to === 'global').length;
  const demoted = levelChanges.filter(({ from }) => from === 'global').length;
  return { demoted, gained: addedAdmins + promoted };
}

const isLevel = ({ field }: Change): boolean => field === 'administratorLevel';
