import { closeSync, fstatSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { MoveFault } from '../core/moving/index.ts';
import { CommandError } from '../platform/command-error.ts';
import type { CommandIo } from './io.ts';

/**
 * Opens the file for a receipt or release before the change begins. An empty file, as left behind by a killed command,
 * is reused.
 * @throws MoveFault if the file is not empty, or a file system error if it cannot be written
 */
export function openSignedFile(file: string) {
  const open = openSync(file, 'a', 0o600);
  const found = fstatSync(open);
  if (!found.isFile() || found.size > 0) {
    closeSync(open);
    throw new MoveFault('fileExists', file);
  }
  return {
    write: (content: object): void => {
      writeSync(open, `${JSON.stringify(content)}\n`);
      closeSync(open);
    },
    discard: (): void => {
      closeSync(open);
      rmSync(file);
    },
  };
}

/**
 * @param what the kind of content as named in the error message, such as `receipt`
 * @returns the content of a signed file, not yet validated
 * @throws CommandError if it is not JSON
 */
export async function readSignedFile(io: CommandIo, file: string, what: string): Promise<unknown> {
  try {
    return JSON.parse(file === '-' ? await text(io.stdin) : readFileSync(file, 'utf8'));
  } catch {
    throw new CommandError(`The file is not a ${what}`);
  }
}
