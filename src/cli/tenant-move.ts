import { Option, type Command } from 'commander';
import { MoveFault, receiptOf, type MovingDependencies } from '../core/moving/index.ts';
import { print, withContext, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { moveErrorMessage } from './tenant-move-errors.ts';
import {
  runMoveCancel,
  runMoveDone,
  runMoveOut,
  runMoveIn,
  type CancelOptions,
  type DoneOptions,
  type InOptions,
  type OutOptions,
} from './tenant-move-actions.ts';
import { verifySignerKey, loadSigningKey } from './region-keys.ts';
import { listMoves, type JsonOption } from './tenant-move-list.ts';
import { CommandError } from '../platform/command-error.ts';
import { longTimeouts } from '../platform/database/open.ts';

const acceptKey = 'trust this key of the other region instead of the stored one';

/** Adds the commands that move a tenant to another region: export it here, import it there, then delete it here. */
export function addMovingCommands(tenant: Command, io: CommandIo): void {
  addMoveOutCommand(tenant, io);
  addMoveInCommand(tenant, io);
  addReceiptCommand(tenant, io);
  addMoveDoneCommand(tenant, io);
  addMovesCommand(tenant, io);
  addMoveCancelCommand(tenant, io);
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
    .action((id: string, options: OutOptions) =>
      withMovingParts(io, options, (_, parts) => runMoveOut(io, parts, id, options)),
    );
}

function addMoveInCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-in <file>')
    .description('import a tenant from the bundle of another region and print a receipt')
    .option('--accept-key <fingerprint>', acceptKey)
    .option('--receipt <file>', 'write the receipt to this file')
    .option('--json', 'print one JSON object')
    .action((file: string, options: InOptions) =>
      withMovingParts(io, options, (context, parts) => runMoveIn(io, context, parts, file, options)),
    );
}

function addReceiptCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('receipt <id>')
    .description('print the receipt of an imported tenant again')
    .option('--json', 'accepted for consistency; the output is always JSON')
    .action((id: string) =>
      withMovingParts(io, {}, async (_, parts) => print(io, { json: true }, await receiptOf(parts, id), [])),
    );
}

function addMoveDoneCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-done <id>')
    .description('permanently delete a tenant that the other region has imported, and report the remaining rows')
    .requiredOption('--receipt <file>', 'receipt from the other region; - reads standard input')
    .option('--accept-key <fingerprint>', acceptKey)
    .option('--json', 'print one JSON object')
    .action((id: string, options: DoneOptions) =>
      withMovingParts(io, options, (context, parts) => runMoveDone(io, context, parts, id, options)),
    );
}

function addMovesCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('moves')
    .description('list all moves of tenants to and from other regions, including unfinished ones')
    .option('--json', 'print one JSON object')
    .action((options: JsonOption) => withMovingParts(io, {}, ({ database }) => listMoves(io, database, options)));
}

function addMoveCancelCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-cancel <id>')
    .description('cancel a move and unblock sign-in for the tenant')
    .option('--force', 'cancel even if the bundle was written and the other region may have imported it')
    .option('--reason <text>', 'reason for the forced cancellation; recorded in the activity log')
    .option('--json', 'print one JSON object')
    .action((id: string, options: CancelOptions) =>
      withMovingParts(io, options, (_, parts) => runMoveCancel(io, parts, id, options)),
    );
}

/** Runs a move command and turns a `MoveFault` into a `CommandError` with a message for the operator. */
function withMovingParts(
  io: CommandIo,
  { acceptKey: accepted }: JsonOption & { acceptKey?: string },
  work: (context: CommandContext, parts: MovingDependencies) => Promise<void>,
): Promise<void> {
  return withContext(
    io,
    async (context) => {
      const { config, database, tenants, hasher } = context;
      const { rules, regionUrls } = config;
      try {
        await work(context, {
          database,
          tenants,
          hasher,
          rules,
          regionUrls,
          signingKey: loadSigningKey(config),
          clock: Date.now,
          checkKey: (signer, what) => verifySignerKey(database, signer, accepted, what),
        });
      } catch (error) {
        throw error instanceof MoveFault ? new CommandError(moveErrorMessage(error)) : error;
      }
    },
    longTimeouts,
  );
}
