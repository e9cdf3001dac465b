import type { Command } from 'commander';
import {
  cancellationOf,
  isRefused,
  MoveFault,
  moveFingerprint,
  type MovingDependencies,
  readHeader,
  refuseBundle,
} from '../core/moving/index.ts';
import { CommandError } from '../platform/command-error.ts';
import { longTimeouts } from '../platform/database/open.ts';
import { changeAfterConfirmation, type DestructiveOptions, type Effects } from './confirmation.ts';
import { getConfigOfRegion, print, readDatabase, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { findRegionIdentity } from './region-keys.ts';
import { openSignedFile, readSignedFile } from './signed-file.ts';
import { runMoveUndo } from './tenant-move-deletion.ts';
import { effectsOfUndo } from './tenant-move-effects.ts';
import { acceptKey, withMovingParts, type KeyOptions } from './tenant-move-parts.ts';

interface RefuseOptions extends DestructiveOptions {
  readonly move?: string;
  readonly release?: string;
}
interface UndoOptions extends KeyOptions {
  readonly cancellation: string;
}

/** Adds the commands that two regions use to agree which of them keeps a tenant. */
export function addRefusalCommands(tenant: Command, io: CommandIo): void {
  addMoveRefuseCommand(tenant, io);
  addCancellationCommand(tenant, io);
  addMoveUndoCommand(tenant, io);
}

function addMoveRefuseCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-refuse [bundle]')
    .description(
      'refuse a bundle permanently and print a signed release, with which the other region can cancel the move',
    )
    .option(
      '--move <fingerprint>',
      'refuse a lost bundle by the fingerprint that "tenant moves" prints in the other region',
    )
    .option('--release <file>', 'write the release to this file')
    .option('--json', 'print one JSON object')
    .action(async (bundle: string | undefined, options: RefuseOptions) => {
      await getConfigOfRegion(io);
      if ((bundle === undefined) === (options.move === undefined))
        throw new CommandError('Name either the bundle, or the fingerprint of its move with --move');
      return changeAfterConfirmation(io, options, {
        findEffects: (context) =>
          withMovingParts(io, context, {}, async (parts) =>
            effectsOfRefusal(parts, await findMove(context, parts, bundle, options)),
          ),
        change: (context) =>
          withMovingParts(io, context, {}, async (parts) =>
            runMoveRefuse(io, parts, await findMove(context, parts, bundle, options), options),
          ),
      });
    });
}

/** The move whose bundle is refused, with details from the bundle's header if a bundle is given. */
interface RefusedMove {
  readonly fingerprint: string;
  readonly origin: string;
}

async function findMove(
  { config }: CommandContext,
  parts: MovingDependencies,
  bundle: string | undefined,
  { move = '' }: RefuseOptions,
): Promise<RefusedMove> {
  if (bundle === undefined) return { fingerprint: move, origin: `the move ${move}` };
  const identity = await findRegionIdentity(config);
  if (identity === null) throw new MoveFault('notForThisRegion');
  const { move: id, tenant, from } = await readHeader(parts, bundle, identity);
  const fingerprint = moveFingerprint(id);
  return { fingerprint, origin: `${tenant.name} from ${from.region} (move ${fingerprint})` };
}

/** @returns null if the bundle has already been refused, in which case only the release is printed again */
async function effectsOfRefusal(
  parts: MovingDependencies,
  { fingerprint, origin }: RefusedMove,
): Promise<Effects | null> {
  if (await isRefused(parts, fingerprint)) return null;
  return {
    lines: [`Refusing the bundle of ${origin} is permanent: this region will never import it.`],
    counts: { refusedBundles: 1 },
  };
}

async function runMoveRefuse(
  io: CommandIo,
  parts: MovingDependencies,
  { fingerprint, origin }: RefusedMove,
  options: RefuseOptions,
): Promise<void> {
  const file = options.release === undefined ? null : openSignedFile(options.release);
  const release = await refuseBundle(parts, fingerprint).catch((error: unknown) => {
    file?.discard();
    throw error;
  });
  file?.write(release);
  print(io, options, { moveFingerprint: fingerprint, release }, [
    `This region will never import the bundle of ${origin}.`,
    ...(options.release === undefined
      ? ['Release for the operator of the other region:', JSON.stringify(release)]
      : [`Release for the operator of the other region written to ${options.release}.`]),
  ]);
}

function addCancellationCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('cancellation <id>')
    .description('print the signed statement that a move was canceled, with which the other region can delete its copy')
    .option('--json', 'accepted for consistency; the output is always JSON')
    .action((id: string) =>
      readDatabase(io, (context) =>
        withMovingParts(io, context, {}, async (parts) =>
          print(io, { json: true }, await cancellationOf(parts, id), []),
        ),
      ),
    );
}

function addMoveUndoCommand(tenant: Command, io: CommandIo): void {
  tenant
    .command('move-undo <id>')
    .description(
      'permanently delete an imported tenant whose move the other region has canceled, and report the remaining rows',
    )
    .requiredOption(
      '--cancellation <file>',
      'output of "tenant cancellation" in the other region; - reads standard input',
    )
    .option('--accept-key <fingerprint>', acceptKey)
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: UndoOptions) => {
      await getConfigOfRegion(io);
      const cancellation = await readSignedFile(io, options.cancellation, 'cancellation');
      return changeAfterConfirmation(io, options, {
        findEffects: (context) =>
          withMovingParts(io, context, options, (parts) => effectsOfUndo(parts, id, cancellation)),
        change: (context) =>
          withMovingParts(io, context, options, (parts) =>
            runMoveUndo(io, context, parts, id, { json: options.json === true, cancellation }),
          ),
        timeouts: longTimeouts,
      });
    });
}
