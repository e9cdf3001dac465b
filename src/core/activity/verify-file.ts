import {
  createChainVerifier,
  entryFault,
  type ChainAnchor,
  type ChainFault,
  type Digest,
} from '../../domain/activity/chain.ts';
import { beginSchema, endSchema, entrySchema, filteredEndSchema, filteredEntrySchema } from './json-lines.ts';

/** What is wrong with a file: in its chain, in the order or number of its entries, a line that is none, or its end is missing. */
export interface FileFault {
  readonly place: number;
  readonly fault: ChainFault['fault'] | 'misplaced' | 'incomplete' | 'unreadable' | 'cutOff';
}

/** Follows a file line by line. It needs nothing but the file. */
export interface FileCheck {
  readonly tenantId: string;
  /** Only of the whole log can be told that nothing is missing from it. */
  readonly whole: boolean;
  /** The last entry that had been dropped from the front of the log. */
  readonly anchor: ChainAnchor;
  /** @returns what is wrong with the next line, or null */
  next(text: string): FileFault | null;
  /** @returns what is wrong at the end, or null */
  end(): FileFault | null;
  /** @returns how many entries were found good so far */
  entries(): number;
}

/** @param first the first line; @returns null where it does not begin a log */
export function createFileCheck(first: string, digest: Digest): FileCheck | null {
  const parsed = beginSchema.safeParse(json(first));
  if (!parsed.success) return null;
  const { tenantId, filter, anchor } = parsed.data.begin;
  const whole = filter === null;
  const lines = whole ? linesOfWhole(tenantId, anchor, digest) : linesOfPart(tenantId, digest);
  return { tenantId, whole, anchor, ...follow(lines, whole ? anchor.place : 0) };
}

interface Lines {
  /** @returns null for what is no entry */
  entry(value: unknown): FileFault | { place: number; fault: null } | null;
  /** @returns null for what is no end */
  end(value: unknown, entries: number): { fault: FileFault | null } | null;
}

function follow(lines: Lines, begin: number): Pick<FileCheck, 'next' | 'end' | 'entries'> {
  let entries = 0;
  let place = begin;
  let ended = false;

  function next(text: string): FileFault | null {
    const value = json(text);
    const end = lines.end(value, entries);
    // Nothing stands behind the end, neither another entry nor another end.
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

// Each entry by itself: it fits its own hash, comes later than the one before it, and continues it where it is the next.
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
