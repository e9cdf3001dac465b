import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { overwriteDeleted } from '../platform/database/overwrite.ts';
import { fingerprintOf } from '../platform/keys/region-key.ts';
import {
  cancelMove,
  finishMove,
  type MoveReport,
  moveIn,
  type MovedIn,
  moveOut,
  type MoveOrder,
  receiptOf,
  tenantTables,
  type TableSummary,
  ownSigner,
  type MovingDependencies,
} from '../core/moving/index.ts';
import { createTransport } from '../platform/mail-transport.ts';
import { print, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { openReceipt } from './receipt-file.ts';
import { identityOf } from './region-keys.ts';
import { iso, type Options } from './moves.ts';
import { CommandFault } from '../platform/command-fault.ts';
export interface OutOptions extends Options, Omit<MoveOrder, 'tenantId'> {}
export interface InOptions extends Options {
  readonly acceptKey?: string;
  readonly receipt?: string;
}
export interface CancelOptions extends Options {
  readonly force?: boolean;
  readonly reason?: string;
}
export interface DoneOptions extends Options {
  readonly acceptKey?: string;
  readonly receipt: string;
}
const counted = (tables: readonly TableSummary[]): string[] =>
  tables.map(({ name, rows, digest }) => `  ${name}  ${rows}  sha256 ${digest}`);

export async function out(
  io: CommandIo,
  parts: MovingDependencies,
  tenantId: string,
  options: OutOptions,
): Promise<void> {
  const { tenant, tables, waitForLink, secondFactors } = await moveOut(parts, { ...options, tenantId });
  const fingerprint = fingerprintOf(ownSigner(parts).publicKey);
  const { to, file, passwords } = options;
  print(io, options, { tenantId, to, passwords, file, fingerprint, tables, waitForLink, secondFactors }, [
    `${tenant.name} is moving to ${to}: nobody of it can sign in until it has arrived, or until "tenant move-cancel".`,
    `Written to ${file}, encrypted and signed:`,
    ...counted(tables),
    ...lockedOut(passwords, waitForLink),
    ...toReplace(secondFactors),
    `This region’s key, for the operator of ${to} to compare: ${fingerprint}`,
  ]);
}

export async function take(
  io: CommandIo,
  { config }: CommandContext,
  parts: MovingDependencies,
  file: string,
  options: InOptions,
): Promise<void> {
  const identity = await identityOf(config);
  const keepReceipt = options.receipt === undefined ? null : openReceipt(options.receipt);
  const { header, tables, passwords, relanguaged } = await moveIn(parts, file, identity).catch((error: unknown) => {
    keepReceipt?.giveUp();
    throw error;
  });
  const { tenant, from, waitForLink, secondFactors = null } = header;
  const receipt = await receiptOf(parts, tenant.id);
  const fingerprint = fingerprintOf(from.publicKey);
  const { id: tenantId, name, domains } = tenant;
  const said = {
    tenantId,
    name,
    domains,
    from: from.region,
    fingerprint,
    passwords,
    waitForLink,
    secondFactors,
    relanguaged,
    receipt,
  };
  // Print before the receipt is written: the temporary passwords exist nowhere else, but the receipt can be printed again.
  print(io, options, said, [
    `${name} (${tenantId}) has moved in from ${from.region}, whose key is ${fingerprint}:`,
    ...counted(tables),
    ...passwordLines(passwords),
    ...lockedOut(header.passwords, waitForLink),
    ...toReplace(secondFactors),
    ...relanguagedLines(relanguaged, parts.rules.defaultLanguage),
    receiptLine(options.receipt, from.region, tenantId),
  ]);
  keepReceipt?.write(receipt);
}

const passwordLines = (passwords: MovedIn['passwords']): string[] => [
  ...passwords.map(({ username, temporaryPassword }) => `${username}  ${temporaryPassword}`),
  ...(passwords.length > 0
    ? ['Temporary passwords of the Global admins, shown this once. They reset everybody else’s.']
    : []),
];

const receiptLine = (file: string | undefined, region: string, tenantId: string): string =>
  file === undefined
    ? `The receipt for the operator of ${region}: npx parvis tenant receipt ${tenantId}`
    : `The receipt for the operator of ${region} is in ${file}.`;

/** Who had been given a link is let in by nothing there; with `reset` nobody is, and all are told. */
const lockedOut = (passwords: OutOptions['passwords'], waitForLink: number): string[] =>
  passwords === 'reset' || waitForLink === 0
    ? []
    : [
        `Users who wait for a one-time link, which stays behind: ${waitForLink}. Each must be given a new way in there.`,
      ];

const toReplace = (secondFactors: number | null): string[] =>
  secondFactors === null || secondFactors === 0
    ? []
    : [
        `Users whose second factor does not move: ${secondFactors}. Each must set up a new one there at the next sign-in, before anything else opens.`,
      ];

const relanguagedLines = ({ company, users }: MovedIn['relanguaged'], language: string): string[] => [
  ...(company ? [`The company’s language is not offered in this region: it is ${language} now.`] : []),
  ...(users > 0 ? [`Users whose language is not offered in this region, and is the company’s now: ${users}`] : []),
];

/** Removes, tidies up what is no row, and counts what is left. */
export async function done(
  io: CommandIo,
  context: CommandContext,
  parts: MovingDependencies,
  tenantId: string,
  options: DoneOptions,
): Promise<void> {
  const { config, database } = context;
  const receipt = await read(io, options.receipt);
  const report = await finishMove(parts, tenantId, receipt);
  // It needs the portal's own sessions, and with them nearly all of it: the other commands start without.
  const { forgetInRedis } = await import('./redis-forget.ts');
  await forgetInRedis(context, report.domains);
  if (config.mail !== null) await createTransport(config.mail).clear();
  const tables = [...tenantTables.map(({ name }) => name), 'users_search', 'sessions', 'throttles'];
  const overwritten = await overwriteDeleted(database, tables);
  const isGone = overwritten && report.tables.every(({ left }) => left === 0);
  print(io, options, { ok: isGone, ...worded(report), overwritten }, linesOf(report, overwritten));
  io.exitCode = isGone ? 0 : 1;
}

export async function cancel(
  io: CommandIo,
  parts: MovingDependencies,
  tenantId: string,
  options: CancelOptions,
): Promise<void> {
  const { tenant, move, isRisky } = await cancelMove(parts, tenantId, options.force ? (options.reason ?? null) : null);
  const { name, state } = tenant;
  const risk = isRisky
    ? `Risk: if ${move.region} takes the bundle in, or has done so already, the tenant is active in both regions. Delete every copy of the bundle.`
    : null;
  const said = { tenantId, status: state, forced: isRisky, ...(risk === null ? {} : { risk }) };
  print(io, options, said, [`${name} is ${state}.`, ...(risk === null ? [] : [risk])]);
}

const worded = ({ endedAt, receivedAt, receiver, ...report }: MoveReport) => ({
  ...report,
  received: iso(receivedAt),
  ended: iso(endedAt),
  receiver: { region: receiver.region, fingerprint: fingerprintOf(receiver.publicKey) },
});

function linesOf(report: MoveReport, overwritten: boolean): string[] {
  const { tenantId, domains, to, receiver, tables, travelled } = report;
  return [
    `Tenant ${tenantId} (${domains.join(' ')}) has moved to ${to}.`,
    `Received there ${iso(report.receivedAt)}, signed by ${fingerprintOf(receiver.publicKey)}:`,
    ...counted(travelled),
    `Removed here ${iso(report.endedAt)}. Of each table, what was there and what is left, counted afterwards:`,
    ...tables.map(({ table, was, left }) => `  ${table}  ${was}  ${left}`),
    `Refused sign-ins that were recorded meanwhile and went with the rest: ${report.refusedMeanwhile}`,
    overwritten
      ? 'What was deleted is overwritten in the files of the database.'
      : 'The files of the database were busy: run this command again, so that what was deleted is overwritten.',
  ];
}

async function read(io: CommandIo, file: string): Promise<unknown> {
  try {
    return JSON.parse(file === '-' ? await text(io.stdin) : readFileSync(file, 'utf8'));
  } catch {
    throw new CommandFault('The file is no receipt');
  }
}
