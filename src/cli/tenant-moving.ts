import { Option, type Command } from 'commander';
import { MoveFault, receiptOf, type MovingDependencies } from '../core/moving/index.ts';
import { print, withContext, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { wordsOfFault } from './moving-faults.ts';
import {
  cancel,
  done,
  out,
  take,
  type CancelOptions,
  type DoneOptions,
  type InOptions,
  type OutOptions,
} from './moving-acts.ts';
import { checkedKey, signingKeyOf } from './region-keys.ts';
import { listMoves, type Options } from './moves.ts';
import { CommandFault } from '../platform/command-fault.ts';
import { longTimeouts } from '../platform/database/open.ts';

const acceptKey = 'accept this key of the other region, instead of the one known so far';

/** Commands for moving a tenant to another region: export it here, import it there, then delete it here. */
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
    .description('let nobody of the tenant in, and write all of it into a bundle for another region')
    .requiredOption('--to <region>', 'the region that it moves to')
    .requiredOption('--recipient <key>', 'what "region key" prints there: age1…')
    .addOption(new Option('--passwords <which>', 'of its people').choices(['keep', 'reset']).makeOptionMandatory())
    .requiredOption('--file <file>', 'the bundle to write')
    .option('--json', 'print one JSON object')
    .action((id: string, options: OutOptions) => moving(io, options, (_, parts) => out(io, parts, id, options)));
}

function addMoveInCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-in <file>')
    .description('take a tenant in as another region has sent it, and print the receipt')
    .option('--accept-key <fingerprint>', acceptKey)
    .option('--receipt <file>', 'write the receipt into this file')
    .option('--json', 'print one JSON object')
    .action((file: string, options: InOptions) =>
      moving(io, options, (context, parts) => take(io, context, parts, file, options)),
    );
}

function addReceiptCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('receipt <id>')
    .description('print the receipt of a tenant that moved in once more')
    .option('--json', 'print one JSON object, as without it')
    .action((id: string) =>
      moving(io, {}, async (_, parts) => print(io, { json: true }, await receiptOf(parts, id), [])),
    );
}

function addMoveDoneCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-done <id>')
    .description('remove for good what the other region has taken in, and report what is left')
    .requiredOption('--receipt <file>', 'the receipt of the other region; - reads standard input')
    .option('--accept-key <fingerprint>', acceptKey)
    .option('--json', 'print one JSON object')
    .action((id: string, options: DoneOptions) =>
      moving(io, options, (context, parts) => done(io, context, parts, id, options)),
    );
}

function addMovesCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('moves')
    .description('list the tenants that moved to another region or came from one, and that are about to')
    .option('--json', 'print one JSON object')
    .action((options: Options) => moving(io, {}, ({ database }) => listMoves(io, database, options)));
}

function addMoveCancelCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-cancel <id>')
    .description('cancel a move, so that the users of the tenant can sign in again')
    .option('--force', 'cancel although the bundle was written and the other region may have taken it in')
    .option('--reason <text>', 'why the move is canceled by force; recorded in the activity log')
    .option('--json', 'print one JSON object')
    .action((id: string, options: CancelOptions) => moving(io, options, (_, parts) => cancel(io, parts, id, options)));
}

/** Runs one of the moving commands and rethrows a `MoveFault` as a worded `CommandFault`. */
function moving(
  io: CommandIo,
  { acceptKey: accepted }: Options & { acceptKey?: string },
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
          signingKey: signingKeyOf(config),
          clock: Date.now,
          checkKey: (signer, what) => checkedKey(database, signer, accepted, what),
        });
      } catch (error) {
        throw error instanceof MoveFault ? new CommandFault(wordsOfFault(error)) : error;
      }
    },
    longTimeouts,
  );
}
