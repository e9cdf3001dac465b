import {
  createChainVerifier,
  entryFault,
  type ChainAnchor,
  type ChainFault,
  type Digest,
} from '../../domain/activity/chain.ts';
import { beginSchema, endSchema, entrySchema, filteredEndSchema, filteredEntrySchema } from './export-format.ts';

/**
 * A fault in an exported file: a fault in the chain, entries in the wrong order (`misplaced`) or number (`incomplete`),
 * an unreadable line, or a missing end (`cutOff`).
 */
export interface FileFault {
  readonly place: number;
  readonly fault: ChainFault['fault'] | 'misplaced' | 'incomplete' | 'unreadable' | 'cutOff';
}

/** Verifies an exported file line by line, without the database. */
export interface FileCheck {
  readonly tenantId: string;
  /** Whether the file contains the whole log. Only then can missing entries be detected. */
  readonly whole: boolean;
  /** The last entry that had been trimmed before the export. */
  readonly anchor: ChainAnchor;
  /**
   * Verifies the next line.
   * @returns its fault, or null
   */
  next(text: string): FileFault | null;
  /**
   * Verifies the end of the file.
   * @returns the fault, or null
   */
  end(): FileFault | null;
  /** @returns the number of entries verified so far */
  entries(): number;
}

/**
 * @param first the first line of the file
 * @returns the check for the remaining lines; null if the line does not begin an export
 */
export function createFileCheck(first: string, digest: Digest): FileCheck | null {
  const parsed = beginSchema.safeParse(json(first));
  if (!parsed.success) return null;
  const { tenantId, filter, anchor } = parsed.data.begin;
  const whole = filter === null;
  const lines = whole ? linesOfWhole(tenantId, anchor, digest) : linesOfPart(tenantId, digest);
  return { tenantId, whole, anchor, ...follow(lines, whole ? anchor.place : 0) };
}

interface Lines {
  /**
   * Verifies an entry.
   * @returns the fault of the entry, or its place if it is intact; null if the value is not an entry
   */
  entry(value: unknown): FileFault | { place: number; fault: null } | null;
  /**
   * Verifies the end line.
   * @returns an object with the fault, or with null if the end is intact; null if the value is not an end line
   */
  end(value: unknown, entries: number): { fault: FileFault | null } | null;
}

function follow(lines: Lines, begin: number): Pick<FileCheck, 'next' | 'end' | 'entries'> {
  let entries = 0;
  let place = begin;
  let ended = false;

  function next(text: string): FileFault | null {
    const value = json(text);
    const end = lines.end(value, entries);
    // After the end line, neither another entry nor another end line is allowed.
    if (!ended && end !== null) {
      ended = true;
      return end.fault;
    }
    const entry = ended ? null : lines.entry(value);
    if (entry === null) return { place: place + 1, fault: 'unreadable' };
    if (entry.fault !== null) return entry;
    ({ place } = entry);
    entries++;
    return null;
  }

  return { next, end: () => (ended ? null : { place: place + 1, fault: 'cutOff' }), entries: () => entries };
}

function linesOfWhole(tenantId: string, anchor: ChainAnchor, digest: Digest): Lines {
  const check = createChainVerifier(digest, anchor);
  return {
    entry: (value) => {
      const { data: entry } = entrySchema.safeParse(value);
      if (entry === undefined) return null;
      return check.next({ ...entry, tenantId }) ?? { place: entry.place, fault: null };
    },
    end: (value) => {
      const { data } = endSchema.safeParse(value);
      return data === undefined ? null : { fault: check.end(data.end.length, data.end.hash) };
    },
  };
}

// In a filtered export, each entry must match its hash and be later than the previous one. Two entries with consecutive
// places must also be linked by their hashes.
function linesOfPart(tenantId: string, digest: Digest): Lines {
  let last = { at: Number.NEGATIVE_INFINITY, place: 0, hash: '' };
  return {
    entry: (value) => {
      const { data } = filteredEntrySchema.safeParse(value);
      if (data === undefined) return null;
      const { previousHash, ...entry } = data;
      const { at, place } = entry;
      if (at < last.at || (at === last.at && place <= last.place)) return { place, fault: 'misplaced' };
      const continues = place !== last.place + 1 || previousHash === last.hash;
      last = entry;
      return { place, fault: continues ? entryFault({ ...entry, tenantId }, previousHash, digest) : 'changed' };
    },
    end: (value, entries) => {
      const { data } = filteredEndSchema.safeParse(value);
      if (data === undefined) return null;
      return { fault: data.end.entries === entries ? null : { place: last.place, fault: 'incomplete' } };
    },
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
