import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { passwordListStore, readList } from '../core/accounts/index.ts';
import { CommandError } from '../platform/command-error.ts';
import { longTimeouts } from '../platform/database/open.ts';
import { changeAfterConfirmation, type DestructiveOptions, type Effects } from './confirmation.ts';
import { getConfigOfRegion, print, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';

const maxPasswords = 10_000_000;

export function addPasswordsCommands(program: Command, io: CommandIo): void {
  program
    .command('passwords')
    .description('manage the list of passwords that no user may choose')
    .command('import <file>')
    .description(
      'replace the list with the lines of a file, which are passwords or their SHA-1 digests; - reads standard input, ' +
        'and an empty file removes the list',
    )
    .option('--json', 'print one JSON object')
    .action((file: string, options: DestructiveOptions) => importList(io, file, options));
}

async function importList(io: CommandIo, file: string, options: DestructiveOptions): Promise<void> {
  // The configuration is checked before the file is read, because reading it can take a long time.
  await getConfigOfRegion(io);
  const digests = await readFileLines(io, file);
  await changeAfterConfirmation(io, options, {
    findEffects: (context) => findEffects(context, digests.length),
    change: async ({ database }) => {
      await passwordListStore.replace(database, digests);
      const result = { ok: true, passwords: digests.length };
      print(io, options, result, [`Passwords in the list: ${digests.length}.`]);
    },
    timeouts: longTimeouts,
  });
}

async function findEffects({ database }: CommandContext, added: number): Promise<Effects> {
  const removed = await passwordListStore.count(database);
  return {
    lines: [
      `The import replaces the list of passwords that no user may choose: it removes ${removed} and adds ${added}.`,
      'Passwords that users have already chosen stay valid.',
    ],
    counts: { removed, added },
  };
}

async function readFileLines(io: CommandIo, file: string): ReturnType<typeof readList> {
  const input = file === '-' ? io.stdin : createReadStream(file);
  try {
    const failed = new Promise<never>((_resolve, reject) => input.once('error', reject));
    return await Promise.race([readList(createInterface({ input, crlfDelay: Infinity }), maxPasswords), failed]);
  } catch (error) {
    if (error instanceof RangeError)
      throw new CommandError(`The file has more than ${maxPasswords} passwords. Import the most common ones.`);
    throw error;
  }
}
