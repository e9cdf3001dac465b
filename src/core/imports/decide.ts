import { processInChunks } from '../../platform/database/chunks.ts';
import type { FieldFault } from '../../domain/errors.ts';
import type { PlannedRow } from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User, Change } from '../../domain/people/user.ts';
import { additionFault, changeFault, type Holder, type Present } from './plan.ts';
import { usersBatchStore } from '../accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';

type Row<Outcome extends PlannedRow['outcome']> = Extract<PlannedRow, { outcome: Outcome }>;

/** What every row of an import comes to now, against the users as they are now. */
export interface Decision {
  readonly added: Row<'added'>[];
  readonly changed: { readonly row: Row<'changed'>; readonly user: User }[];
  /** Somebody else did the same in the meantime. */
  readonly unchanged: Row<'unchanged'>[];
  readonly refused: Row<'refused'>[];
}

const namesAtOnce = 250;

/** Judges the rows once more. What was shown is done as it was shown, or not at all. */
export async function decide(
  tx: Database,
  scope: Scope,
  rows: readonly PlannedRow[],
  present: Present,
): Promise<Decision> {
  const decision: Decision = { added: [], changed: [], unchanged: [], refused: [] };
  await processInChunks(rows, namesAtOnce, async (some) => {
    const names = some.map(({ username }) => username);
    const holders = await usersBatchStore.findByUsernames(tx, scope, names);
    for (const row of some) decideRow(decision, scope, present, row, holders.get(row.username));
  });
  return decision;
}

function decideRow(decision: Decision, scope: Scope, present: Present, row: PlannedRow, holder: Holder): void {
  const { line, username, displayName } = row;
  const refuse = (fault: FieldFault): void => {
    decision.refused.push({ line, username, displayName, outcome: 'refused', faults: [fault] });
  };
  if (row.outcome === 'added') {
    const fault = additionFault(scope, present, { ...row.user, username }, holder);
    return fault ? refuse(fault) : void decision.added.push(row);
  }
  if (row.outcome !== 'changed') return;
  if (holder?.id !== row.userId || holder.state === 'deleted') return refuse(meanwhile('username'));
  const open = row.changes.filter(({ field, to }) => holder[field] !== to);
  if (open.length === 0) return void decision.unchanged.push({ line, username, displayName, outcome: 'unchanged' });
  const moved = open.find(({ field, from }) => holder[field] !== from);
  const fault = moved ? meanwhile(moved.field) : changeFault(scope, holder, open);
  if (fault) refuse(fault);
  else decision.changed.push({ row: { ...row, changes: open }, user: holder });
}

const meanwhile = (field: string): FieldFault => ({ field, code: 'importRow.outdated' });

/** @param present how many active Global admins there are now */
export function leavesAGlobalAdmin({ added, changed }: Decision, present: number): boolean {
  const given = added.filter(({ user }) => user.administratorLevel === 'global').length;
  const moved = changed.filter(({ user }) => user.state === 'active').flatMap(({ row }) => row.changes.filter(isLevel));
  const won = moved.filter(({ to }) => to === 'global').length;
  const lost = moved.filter(({ from }) => from === 'global').length;
  return lost === 0 || present + given + won - lost > 0;
}

const isLevel = ({ field }: Change): boolean => field === 'administratorLevel';
