import { CommandError } from '../platform/command-error.ts';
import { contextOf, type CommandContext } from './context.ts';
import { write, type CommandIo } from './io.ts';
import { messageOf } from './command-faults.ts';

/** Thrown if a secret could not be printed, or if it was printed but could not be saved. */
export class UnprintedSecret extends CommandError {}

/**
 * Runs, in one transaction, a command that prints a secret, and commits only after standard output has accepted the
 * secret. Only the hash of a secret is stored, so one lost to a full disk or a closed pipe could not be recovered.
 * @param work makes the change within the transaction and returns the text to print
 * @throws UnprintedSecret if the secret cannot be printed or the change cannot be saved; nothing is changed
 */
export async function printBeforeCommit(
  io: CommandIo,
  { config, database, hasher }: CommandContext,
  work: (context: CommandContext) => Promise<string>,
): Promise<void> {
  const output = createSecretOutput(io);
  try {
    await database.transaction(async (tx) => output.write(await work(contextOf(config, tx, hasher))));
  } catch (error) {
    throw output.explain(error);
  }
}

/** Prints a secret before the transaction that issues it is committed. */
export function createSecretOutput(io: CommandIo) {
  let isPrinted = false;
  return {
    /** @throws UnprintedSecret, which must roll back the transaction */
    write: async (text: string): Promise<void> => {
      try {
        await write(io.stdout, text);
      } catch (error) {
        throw new UnprintedSecret(`The result could not be printed (${messageOf(error)}). Nothing was changed.`);
      }
      isPrinted = true;
    },
    /** @returns the given error; if the secret has already been printed, an error stating that it is invalid */
    explain: (error: unknown): unknown =>
      isPrinted && !(error instanceof UnprintedSecret)
        ? new UnprintedSecret(`The change could not be saved, so the printed result is invalid: ${messageOf(error)}`)
        : error,
  };
}
