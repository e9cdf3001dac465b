import { Option, type Command } from 'commander';
import { MoveFault, receiptOf, type MovingDependencies } from '../core/moving/index.ts';
import { changeAfterConfirmation } from './confirmation.ts';
import { print, getConfigOfRegion, readDatabase, withContext, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { moveErrorMessage } from './tenant-move-errors.ts';
import {
  readReceiptFile,
  runMoveCancel,
  runMoveDone,
  runMoveOut,
  runMoveIn,
  type CancelOptions,
  type DoneOptions,
  type InOptions,
  type OutOptions,
} from './tenant-move-actions.ts';
import { effectsOfCancel, effectsOfDone } from './tenant-move-effects.ts';
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
      withContext(
        io,
        (context) => withMovingParts(context, {}, (parts) => runMoveOut(io, parts, id, options)),
        longTimeouts,
      ),
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
      withContext(
        io,
        (context) => withMovingParts(context, options, (parts) => runMoveIn(io, context, parts, file, options)),
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
        withMovingParts(context, {}, async (parts) => print(io, { json: true }, await receiptOf(parts, id), [])),
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
      const receipt = await readReceiptFile(io, options.receipt);
      return changeAfterConfirmation(io, options, {
        findEffects: (context) => withMovingParts(context, options, (parts) => effectsOfDone(parts, id, receipt)),
        change: (context) =>
          withMovingParts(context, options, (parts) => runMoveDone(io, context, parts, id, { ...options, receipt })),
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
    .option('--force', 'cancel even if the bundle was written and the other region may have imported it')
    .option('--reason <text>', 'reason for the forced cancellation; recorded in the activity log')
    .option('--json', 'print one JSON object')
    .action((id: string, options: CancelOptions) =>
      changeAfterConfirmation(io, options, {
        findEffects: (context) => withMovingParts(context, {}, (parts) => effectsOfCancel(parts, id, options)),
        change: (context) => withMovingParts(context, {}, (parts) => runMoveCancel(io, parts, id, options)),
        timeouts: longTimeouts,
      }),
    );
}

/** Runs a move command and rethrows a `MoveFault` as a `CommandError` with a message. */
async function withMovingParts<T>(
  { config, database, tenants, hasher }: CommandContext,
  { acceptKey: accepted }: { acceptKey?: string },
  work: (parts: MovingDependencies) => Promise<T>,
): Promise<T> {
  const { rules, regionUrls } = config;
  try {
    return await work({
      database,
      tenants,
      hasher,
      rules,
      regionUrls,
      // A getter, so that only the commands that sign load the key: loading it generates it if there is none.
      get signingKey() {
        return loadSigningKey(config);
      },
      clock: Date.now,
      checkKey: (signer, what) => verifySignerKey(database, signer, accepted, what),
    });
  } catch (error) {
    throw error instanceof MoveFault ? new CommandError(moveErrorMessage(error)) : error;
  }
}
