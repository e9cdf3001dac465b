import { overwriteDeleted } from '../platform/database/overwrite.ts';
import { fingerprintOf } from '../platform/keys/region-key.ts';
import { createTransport } from '../platform/mail-transport.ts';
import {
  finishMove,
  type MoveReport,
  type MovingDependencies,
  type TableRemnant,
  tenantTables,
  undoMoveIn,
} from '../core/moving/index.ts';
import { print, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { iso, type JsonOption } from './tenant-move-list.ts';
import { tableLines } from './tenant-move-output.ts';

const overwrittenLine = 'The deleted data was overwritten in the database files.';
const notOverwrittenLine =
  'The deleted data was not overwritten because the database files are in use. Run this command again.';

/** Deletes a tenant that has moved, and reports which rows remain. */
export async function runMoveDone(
  io: CommandIo,
  context: CommandContext,
  parts: MovingDependencies,
  tenantId: string,
  options: JsonOption & { readonly receipt: unknown },
): Promise<void> {
  const report = await finishMove(parts, tenantId, options.receipt);
  const overwritten = await deleteElsewhere(context, report.domains);
  const isGone = overwritten && isEmpty(report.tables);
  print(io, options, { ok: isGone, ...reportToJson(report), overwritten }, linesOf(report, overwritten));
  io.exitCode = isGone ? 0 : 1;
}

/** Deletes a tenant whose move the other region has canceled, and reports which rows remain. */
export async function runMoveUndo(
  io: CommandIo,
  context: CommandContext,
  parts: MovingDependencies,
  tenantId: string,
  options: JsonOption & { readonly cancellation: unknown },
): Promise<void> {
  const { domains, region, tables } = await undoMoveIn(parts, tenantId, options.cancellation);
  const overwritten = await deleteElsewhere(context, domains);
  const isGone = overwritten && isEmpty(tables);
  print(io, options, { ok: isGone, tenantId, domains, region, tables, overwritten }, [
    `Tenant ${tenantId} (${domains.join(' ')}) was deleted here; ${region} keeps it. Rows per table before and after:`,
    ...tables.map(remnantLine),
    overwritten ? overwrittenLine : notOverwrittenLine,
  ]);
  io.exitCode = isGone ? 0 : 1;
}

/**
 * Deletes the Redis sessions and unsent emails of a tenant, and overwrites its deleted rows.
 * @returns whether the rows were overwritten
 */
async function deleteElsewhere(context: CommandContext, domains: readonly string[]): Promise<boolean> {
  const { config, database } = context;
  // Imported here because the session store loads most of the portal, which would slow down every other command.
  const { deleteRedisSessions } = await import('./delete-redis-sessions.ts');
  await deleteRedisSessions(context, domains);
  if (config.mail !== null) await createTransport(config.mail).clear();
  return overwriteDeleted(database, [...tenantTables.map(({ name }) => name), 'users_search', 'sessions', 'throttles']);
}

const isEmpty = (tables: readonly TableRemnant[]): boolean => tables.every(({ left }) => left === 0);
const remnantLine = ({ table, was, left }: TableRemnant): string => `  ${table}  ${was}  ${left}`;

const reportToJson = ({ endedAt, receivedAt, receiver, ...report }: MoveReport) => ({
  ...report,
  received: iso(receivedAt),
  ended: iso(endedAt),
  receiver: { region: receiver.region, fingerprint: fingerprintOf(receiver.publicKey) },
});

function linesOf(report: MoveReport, overwritten: boolean): string[] {
  const { tenantId, domains, to, receiver, tables, travelled } = report;
  return [
    `Tenant ${tenantId} (${domains.join(' ')}) has moved to ${to}.`,
    `Received there at ${iso(report.receivedAt)}; receipt signed with key ${fingerprintOf(receiver.publicKey)}:`,
    ...tableLines(travelled),
    `Deleted here at ${iso(report.endedAt)}. Rows per table before and after:`,
    ...tables.map(remnantLine),
    `Log entries about sign-ins refused during the move, also deleted: ${report.refusedMeanwhile}`,
    overwritten ? overwrittenLine : notOverwrittenLine,
  ];
}
