import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { overwriteDeleted } from '../platform/database/overwrite.ts';
import { fingerprintOf } from '../platform/keys/region-key.ts';
import {
  cancelMove,
  finishMove,
  type MoveReport,
  type MovedIn,
  moveIn,
  moveOut,
  type MoveOrder,
  receiptOf,
  tenantTables,
  ownSigner,
  type MovingDependencies,
} from '../core/moving/index.ts';
import { createTransport } from '../platform/mail-transport.ts';
import { approverLines } from './approver-lines.ts';
import type { DestructiveOptions } from './confirmation.ts';
import { print, type CommandContext } from './context.ts';
import { textOf, type CommandIo } from './io.ts';
import { openReceipt } from './receipt-file.ts';
import { loadRegionIdentity } from './region-keys.ts';
import { createSecretOutput } from './secret-output.ts';
import { iso, type JsonOption } from './tenant-move-list.ts';
import {
  languageLines,
  linkLines,
  passwordLines,
  receiptLine,
  secondFactorLines,
  tableLines,
} from './tenant-move-output.ts';
import { CommandError } from '../platform/command-error.ts';

export interface OutOptions extends JsonOption, Omit<MoveOrder, 'tenantId'> {}
export interface InOptions extends JsonOption {
  readonly acceptKey?: string;
  readonly receipt?: string;
}
export interface CancelOptions extends DestructiveOptions {
  readonly force?: boolean;
  readonly reason?: string;
}
export interface DoneOptions extends DestructiveOptions {
  readonly acceptKey?: string;
  readonly receipt: string;
}

export async function runMoveOut(
  io: CommandIo,
  parts: MovingDependencies,
  tenantId: string,
  options: OutOptions,
): Promise<void> {
  const { tenant, tables, waitForLink, secondFactors } = await moveOut(parts, { ...options, tenantId });
  const fingerprint = fingerprintOf(ownSigner(parts).publicKey);
  const { to, file, passwords } = options;
  print(io, options, { tenantId, to, passwords, file, fingerprint, tables, waitForLink, secondFactors }, [
    `${tenant.name} is moving to ${to}. Its users cannot sign in until ${to} has imported it, or until "tenant move-cancel".`,
    `Encrypted and signed bundle written to ${file}:`,
    ...tableLines(tables),
    ...linkLines(passwords, waitForLink),
    ...secondFactorLines(secondFactors),
    `Key fingerprint of this region, to compare with the operator of ${to}: ${fingerprint}`,
  ]);
}

export async function runMoveIn(
  io: CommandIo,
  { config }: CommandContext,
  parts: MovingDependencies,
  file: string,
  options: InOptions,
): Promise<void> {
  const identity = await loadRegionIdentity(config);
  const keepReceipt = options.receipt === undefined ? null : openReceipt(options.receipt);
  const output = createSecretOutput(io);
  // Print before the commit and before the receipt is written, because the temporary passwords are not stored anywhere.
  const { header } = await moveIn(parts, file, identity, async (tx, moved) =>
    output.write(await movedInText(Object.assign({}, parts, { database: tx }), moved, options)),
  ).catch((error: unknown) => {
    keepReceipt?.discard();
    throw output.explain(error);
  });
  keepReceipt?.write(await receiptOf(parts, header.tenant.id));
}

async function movedInText(parts: MovingDependencies, moved: MovedIn, options: InOptions): Promise<string> {
  const { header, tables, passwords, relanguaged } = moved;
  const { tenant, from, waitForLink, secondFactors = null } = header;
  const fingerprint = fingerprintOf(from.publicKey);
  const { id: tenantId, name, domains } = tenant;
  const result = {
    tenantId,
    name,
    domains,
    from: from.region,
    fingerprint,
    passwords,
    waitForLink,
    secondFactors,
    relanguaged,
    receipt: await receiptOf(parts, tenantId),
  };
  return textOf(options, result, [
    `${name} (${tenantId}) was imported from ${from.region}, key fingerprint ${fingerprint}:`,
    ...tableLines(tables),
    ...passwordLines(passwords),
    ...linkLines(header.passwords, waitForLink),
    ...secondFactorLines(secondFactors),
    ...languageLines(relanguaged, parts.rules.defaultLanguage),
    ...(await approverLines(parts.database, parts.tenants, tenantId)),
    receiptLine(options.receipt, from.region, tenantId),
  ]);
}

/** Deletes the tenant's rows, Redis sessions and unsent emails, then reports which rows remain. */
export async function runMoveDone(
  io: CommandIo,
  context: CommandContext,
  parts: MovingDependencies,
  tenantId: string,
  options: JsonOption & { readonly receipt: unknown },
): Promise<void> {
  const { config, database } = context;
  const report = await finishMove(parts, tenantId, options.receipt);
  // Imported here because the session store loads most of the portal, which would slow down every other command.
  const { deleteRedisSessions } = await import('./delete-redis-sessions.ts');
  await deleteRedisSessions(context, report.domains);
  if (config.mail !== null) await createTransport(config.mail).clear();
  const tables = [...tenantTables.map(({ name }) => name), 'users_search', 'sessions', 'throttles'];
  const overwritten = await overwriteDeleted(database, tables);
  const isGone = overwritten && report.tables.every(({ left }) => left === 0);
  print(io, options, { ok: isGone, ...reportToJson(report), overwritten }, linesOf(report, overwritten));
  io.exitCode = isGone ? 0 : 1;
}

export async function runMoveCancel(
  io: CommandIo,
  parts: MovingDependencies,
  tenantId: string,
  options: CancelOptions,
): Promise<void> {
  const { tenant, move, isRisky } = await cancelMove(parts, tenantId, options.force ? (options.reason ?? null) : null);
  const { name, state } = tenant;
  const risk = isRisky
    ? `Risk: if ${move.region} has imported the bundle, or imports it later, the tenant is active in both regions. Delete every copy of the bundle.`
    : null;
  const result = { tenantId, status: state, forced: isRisky, ...(risk === null ? {} : { risk }) };
  print(io, options, result, [`${name} is ${state}.`, ...(risk === null ? [] : [risk])]);
}

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
    ...tables.map(({ table, was, left }) => `  ${table}  ${was}  ${left}`),
    `Log entries about sign-ins refused during the move, also deleted: ${report.refusedMeanwhile}`,
    overwritten
      ? 'The deleted data was overwritten in the database files.'
      : 'The deleted data was not overwritten because the database files are in use. Run this command again.',
  ];
}

/**
 * @returns the content of a receipt file, not yet validated.
 * @throws CommandError if it is not JSON
 */
export async function readReceiptFile(io: CommandIo, file: string): Promise<unknown> {
  try {
    return JSON.parse(file === '-' ? await text(io.stdin) : readFileSync(file, 'utf8'));
  } catch {
    throw new CommandError('The file is not a receipt');
  }
}
