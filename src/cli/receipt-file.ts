import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { MoveFault, type Receipt } from '../core/moving/index.ts';

/**
 * Opens the file for a receipt before the import begins. An empty file, as left behind by a killed command, is reused.
 * @throws MoveFault if the file is not empty, or the error of the file system if it cannot be written
 */
export function openReceipt(file: string) {
  const open = openSync(file, 'a', 0o600);
  const found = fstatSync(open);
  if (!found.isFile() || found.size > 0) {
    closeSync(open);
    throw new MoveFault('fileExists', file);
  }
  return {
    write: (receipt: Receipt): void => {
      writeSync(open, `${JSON.stringify(receipt)}\n`);
      closeSync(open);
    },
    discard: (): void => {
      closeSync(open);
      rmSync(file);
    },
  };
}
