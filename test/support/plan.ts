import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A file of the long run only: `<name>.long.test.ts`. */
const isLong = (file: string): boolean => file.endsWith('.long.test.ts');

/** Races that `npm run test:long` repeats more often. */
const hasRounds = (file: string): boolean => /\brounds\.ts'/.test(readFileSync(file, 'utf8'));

/** @returns the files of `npm test`, or those of `npm run test:long` */
export function selectFiles(every: readonly string[], { long }: { long: boolean }): string[] {
  return every.filter((file) => (long ? isLong(file) || hasRounds(file) : !isLong(file)));
}

// The longest come first, so that the workers end together: browsers, packing, and what starts servers and commands.
const folders = ['browser', 'package', 'prove', 'cli', 'contract', 'features', 'packs', 'data', 'web'];
const folderRank = (file: string): number => {
  const place = folders.indexOf(file.split(path.sep)[1]!);
  return place === -1 ? folders.length : place;
};

const isolatedFolders = ['browser', 'package', 'prove', 'cli', 'contract'];
const touchesProcess = /node:child_process|\bprocess\.(env|chdir|kill|on)\b|\bmock\.|\.prototype\b|\.\/cli\/|\bredis\(/;
/** What changes what all code of a process shares, or starts other processes, runs in a process of its own. */
const needsOwnProcess = (file: string): boolean =>
  isolatedFolders.includes(file.split(path.sep)[1]!) || touchesProcess.test(readFileSync(file, 'utf8'));

const filesPerProcess = 8;

/** @returns the files by process, in the order in which they are to be started */
export function groupIntoProcesses(files: readonly string[]): string[][] {
  const ordered = files.toSorted((one, other) => folderRank(one) - folderRank(other));
  const alone = ordered.filter(needsOwnProcess).map((file) => [file]);
  const folder = Map.groupBy(
    ordered.filter((file) => !needsOwnProcess(file)),
    folderRank,
  );
  const together = [...folder.values()].flatMap((files) =>
    Array.from({ length: Math.ceil(files.length / filesPerProcess) }, (_, index) =>
      files.slice(index * filesPerProcess, (index + 1) * filesPerProcess),
    ),
  );
  return [...alone, ...together];
}
