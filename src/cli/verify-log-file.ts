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

/** Verifies an exported log without opening a database. */
export async function verifyLogFile(io: CommandIo, options: FileOptions): Promise<void> {
  const input = options.file === '-' ? io.stdin : createReadStream(options.file);
  const notALog = new CommandError(`${options.file} is not an activity log export`);
  let check: FileCheck | null = null;
  let fault: FileFault | null = null;
  for await (const line of readLines(input)) {
    if (check === null) {
      check = createFileCheck(line, sha256);
      if (check === null) throw notALog;
      if (options.tenant !== undefined && options.tenant !== check.tenantId)
        throw new CommandError(`${options.file} is the log of another tenant: ${check.tenantId}`);
      continue;
    }
    fault = check.next(line);
    if (fault !== null) break;
  }
  if (check === null) throw notALog;
  report(io, options, check, fault ?? check.end());
}

/** The message for each kind of fault. `place` is the number of an entry in the log. */
export const chainFaultMessages: Readonly<Record<FileFault['fault'], (place: number) => string>> = {
  missing: (place) => `entry ${place} is missing or was replaced`,
  changed: (place) => `entry ${place} was changed after it was recorded`,
  personalChanged: (place) => `the personal data in entry ${place} was changed after it was recorded`,
  frontCutOff: (place) =>
    place === 0
      ? 'the log records that its oldest entries were deleted, but not where it starts now'
      : `all entries up to ${place} were deleted, and the log does not record the deletion`,
  misplaced: (place) => `entry ${place} is out of order`,
  unreadable: (place) => `expected entry ${place}, but the next line is not a log entry`,
  incomplete: (place) =>
    `the last entry is ${place}, and the number of entries differs from the number stated in the file`,
  cutOff: (place) => `the file is truncated: expected entry ${place} or the closing line`,
};

export const trimmedEntriesNote = (count: number): string =>
  `${count} older entries were deleted at the end of their retention period; the log records the deletion.`;

function report(io: CommandIo, options: FileOptions, check: FileCheck, fault: FileFault | null): void {
  const { whole, tenantId, anchor } = check;
  const entries = check.entries();
  const ok = fault === null;
  const trimmed = anchor.place === 0 ? [] : [trimmedEntriesNote(anchor.place)];
  const lines = ok
    ? whole
      ? [`${entries} entries verified: none changed, deleted or reordered.`, ...trimmed, wholeLogNote]
      : [
          `${entries} entries of a filtered export verified: each matches its hash, and all are in order.`,
          filteredLogNote,
        ]
    : [`Tenant ${tenantId}: ${chainFaultMessages[fault.fault](fault.place)}.`];
  // Programs that read the result must be able to distinguish a filtered export from a complete one.
  const scope = whole ? (anchor.place === 0 ? {} : { dropped: anchor.place }) : { filtered: true };
  print(io, options, { ok, entries, fault: ok ? null : { ...fault, tenantId }, ...scope }, lines);
  io.exitCode = ok ? 0 : 1;
}

const wholeLogNote =
  'The file is consistent from the first entry to the last. Anyone who can rewrite it can also recompute its hashes, so compare the last hash with one from another source.';
const filteredLogNote =
  'A filtered export cannot show whether entries are missing or hashes were recomputed. Compare its hashes with those of a complete export.';
