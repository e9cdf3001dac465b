import { fingerprintOf } from '../platform/keys/region-key.ts';
import {
  type CancelGrounds,
  cancelMove,
  type MovedIn,
  moveIn,
  moveOut,
  type MoveOrder,
  receiptOf,
  ownSigner,
  type MovingDependencies,
} from '../core/moving/index.ts';
import { approverLines } from './approver-lines.ts';
import { print, type CommandContext } from './context.ts';
import { textOf, type CommandIo } from './io.ts';
import { loadRegionIdentity } from './region-keys.ts';
import { createSecretOutput } from './secret-output.ts';
import { openSignedFile } from './signed-file.ts';
import type { JsonOption } from './tenant-move-list.ts';
import type { KeyOptions } from './tenant-move-parts.ts';
import {
  languageLines,
  linkLines,
  notMovedLine,
  passwordLines,
  receiptLine,
  ruleLines,
  secondFactorLines,
  tableLines,
} from './tenant-move-output.ts';

export interface InOptions extends KeyOptions {
  readonly receipt?: string;
}
export interface CancelOptions extends KeyOptions {
  readonly release?: string;
  readonly force?: boolean;
  readonly reason?: string;
}

/** @returns the operator's grounds for canceling a move. @param release the unvalidated content of the file */
export const groundsOf = ({ force, reason }: CancelOptions, release: unknown): CancelGrounds => ({
  reason: force ? (reason ?? null) : null,
  release,
});

export async function runMoveOut(
  io: CommandIo,
  parts: MovingDependencies,
  order: MoveOrder,
  options: JsonOption,
): Promise<void> {
  const { tenant, tables, notMoved, waitForLink, secondFactors, fingerprint: move } = await moveOut(parts, order);
  const fingerprint = fingerprintOf(ownSigner(parts).publicKey);
  const { tenantId, to, file, passwords } = order;
  const result = { tenantId, to, passwords, file, fingerprint, moveFingerprint: move, tables, notMoved };
  print(io, options, Object.assign(result, { waitForLink, secondFactors }), [
    `${tenant.name} is moving to ${to}. Its users cannot sign in until ${to} has imported it, or until "tenant move-cancel".`,
    `Encrypted and signed bundle written to ${file}:`,
    ...tableLines(tables),
    notMovedLine(notMoved),
    ...linkLines(passwords, waitForLink),
    ...secondFactorLines(secondFactors),
    `Key fingerprint of this region, to compare with the operator of ${to}: ${fingerprint}`,
    `Fingerprint of the move, with which ${to} can refuse the bundle if it is lost: ${move}`,
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
  const keepReceipt = options.receipt === undefined ? null : openSignedFile(options.receipt);
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
  const { header, tables, passwords, relanguaged, adaptedRules } = moved;
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
    adaptedRules,
    receipt: await receiptOf(parts, tenantId),
  };
  return textOf(options, result, [
    `${name} (${tenantId}) was imported from ${from.region}, key fingerprint ${fingerprint}:`,
    ...tableLines(tables),
    ...passwordLines(passwords),
    ...linkLines(header.passwords, waitForLink),
    ...secondFactorLines(secondFactors),
    ...languageLines(relanguaged, parts.rules.defaultLanguage),
    ...ruleLines(adaptedRules),
    ...(await approverLines(parts.database, parts.tenants, tenantId)),
    receiptLine(options.receipt, from.region, tenantId),
  ]);
}

export async function runMoveCancel(
  io: CommandIo,
  parts: MovingDependencies,
  tenantId: string,
  options: JsonOption,
  grounds: CancelGrounds,
): Promise<void> {
  const { tenant, move, isRisky } = await cancelMove(parts, tenantId, grounds);
  const { name, state } = tenant;
  const risk = isRisky
    ? `Risk: if ${move.region} has imported the bundle, or imports it later, the tenant is active in both regions. Delete every copy of the bundle. If that happens, "tenant cancellation ${tenantId}" prints the statement with which the operator of ${move.region} can delete that copy.`
    : null;
  const result = { tenantId, status: state, forced: isRisky, ...(risk === null ? {} : { risk }) };
  print(io, options, result, [`${name} is ${state}.`, ...(risk === null ? [] : [risk])]);
}
