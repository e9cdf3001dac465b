import { Option, type Command } from 'commander';
import { type MoveOrder, receiptOf } from '../core/moving/index.ts';
import { changeAfterConfirmation, type DestructiveOptions } from './confirmation.ts';
import { print, getConfigOfRegion, readDatabase, withContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { readSignedFile } from './signed-file.ts';
import {
  groundsOf,
  runMoveCancel,
  runMoveOut,
  runMoveIn,
  type CancelOptions,
  type InOptions,
} from './tenant-move-actions.ts';
import { runMoveDone } from './tenant-move-deletion.ts';
import { effectsOfCancel, effectsOfDone, effectsOfOut } from './tenant-move-effects.ts';
import { listMoves, type JsonOption } from './tenant-move-list.ts';
import { acceptKey, withMovingParts, type KeyOptions } from './tenant-move-parts.ts';
import { addRefusalCommands } from './tenant-move-refusal.ts';
import { longTimeouts } from '../platform/database/open.ts';

interface OutOptions extends DestructiveOptions, Omit<MoveOrder, 'tenantId'> {}
interface DoneOptions extends KeyOptions {
  readonly receipt: string;
}

/** Adds the commands that move a tenant to another region: export it here, import it there, then delete it here. */
export function addMovingCommands(tenant: Command, io: CommandIo): void {
  addMoveOutCommand(tenant, io);
  addMoveInCommand(tenant, io);
  addReceiptCommand(tenant, io);
  addMoveDoneCommand(tenant, io);
  addMovesCommand(tenant, io);
  addMoveCancelCommand(tenant, io);
  addRefusalCommands(tenant, io);
}

function addMoveOutCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-out <id>')
    .description('block sign-in for a tenant and export it to an encrypted bundle for another region')
    .requiredOption('--to <region>', 'ID of the destination region')
    .requiredOption('--recipient <key>', 'encryption key (age1…) that "region key" prints in the destination region')
    .addOption(
      new Option('--passwords <which>', 'whether users keep their passwords')
        .choices(['keep', 'reset'])
        .makeOptionMandatory(),
    )
    .requiredOption('--file <file>', 'bundle to write')
    .option('--json', 'print one JSON object')
    .action((id: string, options: OutOptions) => {
      const { to, recipient, passwords, file } = options;
      const order = { tenantId: id, to, recipient, passwords, file };
      return changeAfterConfirmation(io, options, {
        findEffects: (context) => withMovingParts(io, context, {}, (parts) => effectsOfOut(parts, order)),
        change: (context) => withMovingParts(io, context, {}, (parts) => runMoveOut(io, parts, order, options)),
        timeouts: longTimeouts,
        isReversible: true,
      });
    });
}

function addMoveInCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-in <file>')
    .description('import a tenant from the bundle of another region and print a receipt')
    .option('--accept-key <fingerprint>', acceptKey)
    .option('--receipt <file>', 'write the receipt to this file')
    .option('--json', 'print one JSON object')
    .action((file: string, options: InOptions) =>
      withContext(
        io,
        (context) => withMovingParts(io, context, options, (parts) => runMoveIn(io, context, parts, file, options)),
        longTimeouts,
      ),
    );
}

function addReceiptCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('receipt <id>')
    .description('print the receipt of an imported tenant again')
    .option('--json', 'accepted for consistency; the output is always JSON')
    .action((id: string) =>
      readDatabase(io, (context) =>
        withMovingParts(io, context, {}, async (parts) => print(io, { json: true }, await receiptOf(parts, id), [])),
      ),
    );
}

function addMoveDoneCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-done <id>')
    .description('permanently delete a tenant that the other region has imported, and report the remaining rows')
    .requiredOption('--receipt <file>', 'receipt from the other region; - reads standard input')
    .option('--accept-key <fingerprint>', acceptKey)
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: DoneOptions) => {
      await getConfigOfRegion(io);
      const receipt = await readSignedFile(io, options.receipt, 'receipt');
      return changeAfterConfirmation(io, options, {
        findEffects: (context) => withMovingParts(io, context, options, (parts) => effectsOfDone(parts, id, receipt)),
        change: (context) =>
          withMovingParts(io, context, options, (parts) =>
            runMoveDone(io, context, parts, id, { ...options, receipt }),
          ),
        timeouts: longTimeouts,
      });
    });
}

function addMovesCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('moves')
    .description('list all moves of tenants to and from other regions, including unfinished ones')
    .option('--json', 'print one JSON object')
    .action((options: JsonOption) => readDatabase(io, ({ database }) => listMoves(io, database, options)));
}

function addMoveCancelCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-cancel <id>')
    .description('cancel a move and unblock sign-in for the tenant')
    .option('--release <file>', 'release that "tenant move-refuse" wrote in the other region; - reads standard input')
    .option('--accept-key <fingerprint>', acceptKey)
    .option('--force', 'cancel without a release, even if the other region may have imported the bundle')
    .option('--reason <text>', 'reason for the forced cancellation; recorded in the activity log')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: CancelOptions) => {
      await getConfigOfRegion(io);
      const { release: file } = options;
      const grounds = groundsOf(options, file === undefined ? null : await readSignedFile(io, file, 'release'));
      return changeAfterConfirmation(io, options, {
        findEffects: (context) => withMovingParts(io, context, options, (parts) => effectsOfCancel(parts, id, grounds)),
        change: (context) =>
          withMovingParts(io, context, options, (parts) => runMoveCancel(io, parts, id, options, grounds)),
        timeouts: longTimeouts,
      });
    });
}
