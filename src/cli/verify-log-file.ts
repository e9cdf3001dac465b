import { createReadStream } from 'node:fs';
import { sha256 } from '../platform/database/digest.ts';
import { readLines } from '../platform/database/lines.ts';
import { createFileCheck, type FileCheck, type FileFault } from '../core/activity/index.ts';
import { print } from './context.ts';
import type { CommandIo } from './io.ts';
import { CommandError } from '../platform/command-error.ts';

interface FileOptions {
  readonly file: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** Follows an export of a log from its first line to its last. It opens no database. */
export async function verifyLogFile(io: CommandIo, options: FileOptions): Promise<void> {
  const input = options.file === '-' ? io.stdin : createReadStream(options.file);
  const notALog = new CommandError(`${options.file} is no export of an activity log`);
  let check: FileCheck | null = null;
  let fault: FileFault | null = null;
  for await (const line of readLines(input)) {
    if (check === null) {
      check = createFileCheck(line, sha256);
      if (check === null) throw notALog;
      if (options.tenant !== undefined && options.tenant !== check.tenantId)
        throw new CommandError(`${options.file} is the log of another tenant, ${check.tenantId}`);
      continue;
    }
    fault = check.next(line);
    if (fault !== null) break;
  }
  if (check === null) throw notALog;
  report(io, options, check, fault ?? check.end());
}

/** What is wrong, in the words of the operator. */
export const chainFaultMessages: Readonly<Record<FileFault['fault'], (place: number) => string>> = {
  missing: (place) => `entry ${place} is missing, or another one stands in its place`,
  changed: (place) => `entry ${place} is not as it was recorded`,
  personalChanged: (place) => `what is personal in entry ${place} is not as it was recorded`,
  frontCutOff: (place) =>
    place === 0
      ? 'the log says that its front was dropped, and where it begins now is not known any more'
      : `the front of the log was dropped up to entry ${place}, and the log does not say so`,
  misplaced: (place) => `entry ${place} is not in its order`,
  unreadable: (place) => `entry ${place} should follow, and what follows is no entry`,
  incomplete: (place) => `fewer or more entries than the file says it holds end with entry ${place}`,
  cutOff: (place) => `the file was cut off before its end; entry ${place} should follow, or the last line`,
};

/** @param dropped how many entries had been kept for as long as the rules say */
export const trimmedEntriesNote = (dropped: number): string =>
  `${dropped} before them had been kept for as long as the rules say, and were dropped; the log says so itself.`;

function report(io: CommandIo, options: FileOptions, check: FileCheck, fault: FileFault | null): void {
  const { whole, tenantId, anchor } = check;
  const entries = check.entries();
  const ok = fault === null;
  const front = anchor.place === 0 ? [] : [trimmedEntriesNote(anchor.place)];
  const lines = ok
    ? whole
      ? [`${entries} entries, none changed, dropped or reordered.`, ...front, wholeLogNote]
      : [`${entries} entries of a part of a log, each as its own hash says, in their order.`, filteredLogNote]
    : [`Tenant ${tenantId}: ${chainFaultMessages[fault.fault](fault.place)}.`];
  // A program that reads the answer must not take a part for the whole either.
  const part = whole ? (anchor.place === 0 ? {} : { dropped: anchor.place }) : { filtered: true };
  print(io, options, { ok, entries, fault: ok ? null : { ...fault, tenantId }, ...part }, lines);
  io.exitCode = ok ? 0 : 1;
}

const wholeLogNote =
  'The file agrees with itself from the first entry to the last. Whoever can write it anew can also compute its hashes anew: compare its last hash with one from elsewhere.';
const filteredLogNote =
  'Whether entries are missing cannot be told from a part, nor whether its hashes were computed anew: compare them with those of a whole export.';
