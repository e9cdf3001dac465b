import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Whether a file is named `<name>.long.test.ts`. Such files run only in `npm run test:long`. */
const isLong = (file: string): boolean => file.endsWith('.long.test.ts');

/** Whether `npm run test:long` repeats races of a file more often, or runs suites of it on PostgreSQL too. */
const hasLongPart = (file: string): boolean => /\b(rounds|dialects)\.ts'/.test(readFileSync(file, 'utf8'));

/** @returns the files that `npm test` runs or, with `long`, those of `npm run test:long` */
export function selectFiles(every: readonly string[], { long }: { long: boolean }): string[] {
  return every.filter((file) => (long ? isLong(file) || hasLongPart(file) : !isLong(file)));
}

// Start the slowest files first, so that all workers end at about the same time.
const folders = ['browser', 'package', 'prove', 'cli', 'contract', 'features', 'packs', 'data', 'web'];
const folderRank = (file: string): number => {
  const place = folders.indexOf(file.split(path.sep)[1]!);
  return place === -1 ? folders.length : place;
};

const isolatedFolders = ['browser', 'package', 'prove', 'cli', 'contract'];
const touchesProcess = /node:child_process|\bprocess\.(env|chdir|kill|on)\b|\bmock\.|\.prototype\b|\.\/cli\/|\bredis\(/;
/** Whether a file needs a separate process, because it starts processes or changes process-wide state. */
const needsOwnProcess = (file: string): boolean =>
  isolatedFolders.includes(file.split(path.sep)[1]!) || touchesProcess.test(readFileSync(file, 'utf8'));

const filesPerProcess = 8;

/**
 * @param long whether each file runs for minutes, so that it has a process of its own
 * @returns the files that run together in each process, in the order in which the processes start
 */
export function groupIntoProcesses(files: readonly string[], { long }: { long: boolean }): string[][] {
  const ordered = files.toSorted((one, other) => folderRank(one) - folderRank(other));
  if (long) return ordered.map((file) => [file]);
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
