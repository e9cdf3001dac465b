import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Whether a file is named `<name>.long.test.ts`. Such files run only in `npm run test:long`. */
const isLong = (file: string): boolean => file.endsWith('.long.test.ts');

/** Whether a file contains races, which `npm run test:long` repeats more often. */
const hasRounds = (file: string): boolean => /\brounds\.ts'/.test(readFileSync(file, 'utf8'));

/** @returns the files that `npm test` runs or, with `long`, those of `npm run test:long` */
export function selectFiles(every: readonly string[], { long }: { long: boolean }): string[] {
  return every.filter((file) => (long ? isLong(file) || hasRounds(file) : !isLong(file)));
}

// Start the slowest files first, so that all workers end at about the same time.
const folders = ['browser', 'package', 'prove', 'cli', 'contract', 'features', 'packs', 'data', 'web'];
const folderOf = (file: string): string => file.split(path.sep)[1]!;
const folderRank = (file: string): number => {
  const place = folders.indexOf(folderOf(file));
  return place === -1 ? folders.length : place;
};

/**
 * The number of test files per process, which loads the app and a browser only once for all of them. It also keeps its
 * database connections open until it ends, so that the files in `data` would exceed the limit of PostgreSQL.
 */
const filesPerProcess: Readonly<Record<string, number>> = { browser: 3, package: 1, cli: 4, contract: 3, data: 6 };
const defaultFilesPerProcess = 12;

/**
 * @param long whether each file runs for minutes, so that it has a process of its own
 * @returns the files that run together in each process, in the order in which the processes start
 */
export function groupIntoProcesses(files: readonly string[], { long }: { long: boolean }): string[][] {
  const ordered = files.toSorted((one, other) => folderRank(one) - folderRank(other));
  if (long) return ordered.map((file) => [file]);
  return [...Map.groupBy(ordered, folderOf)].flatMap(([folder, files]) => {
    const size = filesPerProcess[folder] ?? defaultFilesPerProcess;
    const processes = Math.ceil(files.length / size);
    // Every nth file, because files with neighboring names often take about as long as each other.
    return Array.from({ length: processes }, (_, index) => files.filter((_, at) => at % processes === index));
  });
}
