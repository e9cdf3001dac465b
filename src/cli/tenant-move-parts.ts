import { MoveFault, type MovingDependencies } from '../core/moving/index.ts';
import { CommandError } from '../platform/command-error.ts';
import { ask, canAsk, type DestructiveOptions } from './confirmation.ts';
import type { CommandContext } from './context.ts';
import { print, type CommandIo } from './io.ts';
import { loadSigningKey, verifySignerKey } from './region-keys.ts';
import { moveErrorMessage } from './tenant-move-errors.ts';

/** The description of the option `--accept-key`. */
export const acceptKey =
  'trust the key of the other region with this fingerprint, instead of the stored one if there is one';

/** The options of a command that reads a file signed by another region. */
export interface KeyOptions extends DestructiveOptions {
  readonly acceptKey?: string;
}

/** Runs a move command and rethrows a `MoveFault` as a `CommandError` with a message. */
export async function withMovingParts<T>(
  io: CommandIo,
  { config, database, tenants, hasher }: CommandContext,
  options: KeyOptions,
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
      // Use a getter, so that only commands that sign load the key: loading generates a key if none exists.
      get signingKey() {
        return loadSigningKey(config);
      },
      clock: Date.now,
      checkKey: (signer, what) =>
        verifySignerKey(database, signer, what, {
          accepted: options.acceptKey,
          confirm: (lines, fingerprint) => confirmKey(io, options, lines, fingerprint),
        }),
    });
  } catch (error) {
    throw error instanceof MoveFault ? new CommandError(moveErrorMessage(error)) : error;
  }
}

/** Asks the operator on a terminal, once per command. A dry run stores no key, so it does not ask. */
async function confirmKey(
  io: CommandIo,
  options: KeyOptions,
  lines: readonly string[],
  fingerprint: string,
): Promise<boolean> {
  if (options.dryRun === true) return true;
  if (!canAsk(io, options)) return false;
  print(io, options, {}, lines);
  const isTrusted = await ask(io, 'Trust this key? (yes/no) ');
  if (isTrusted) Object.assign(options, { acceptKey: fingerprint });
  return isTrusted;
}
