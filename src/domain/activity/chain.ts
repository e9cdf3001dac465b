/** The parts of a log entry that its hash covers. */
export interface ChainedEntry {
  /** Position in the tenant's chain, from 1. */
  readonly place: number;
  readonly tenantId: string;
  /** Epoch ms. */
  readonly at: number;
  readonly kind: string;
  /** The event's typed data as JSON, without personal data. */
  readonly data: string;
  readonly actorId: string | null;
  readonly targetId: string | null;
  readonly requestId: string;
  /** Digest of the personal data. It is kept after erasure, so that the chain can still be verified. */
  readonly personalDigest: string;
}

/** Computes the digest of a text, in lower-case hexadecimal. */
export type Digest = (text: string) => string;

/** @returns the hash of an entry, which covers the previous hash and thereby all earlier entries */
export function entryHash(entry: ChainedEntry, previousHash: string, digest: Digest): string {
  const { place, tenantId, at, kind, data, actorId, targetId, requestId, personalDigest } = entry;
  // An array, because its order is fixed and values cannot be confused between fields.
  return digest(
    JSON.stringify([previousHash, place, tenantId, at, kind, data, actorId, targetId, requestId, personalDigest]),
  );
}

/** @returns the digest of an entry's personal data; the salt prevents guessing short values such as IP addresses */
export const personalDataDigest = (personal: string, salt: string, digest: Digest): string =>
  digest(JSON.stringify([salt, personal]));

/** A stored entry, to be verified. */
export interface FoundEntry extends ChainedEntry {
  readonly hash: string;
  /** Null after erasure. */
  readonly personal: string | null;
  readonly personalSalt: string | null;
}

/** Where the stored part of a log starts: the last entry that was trimmed. */
export interface ChainAnchor {
  /** 0 if nothing was trimmed yet. */
  readonly place: number;
  readonly hash: string;
}

/** The anchor of a log that was never trimmed. */
export const chainStart: ChainAnchor = { place: 0, hash: '' };

export interface ChainFault {
  readonly place: number;
  /** `frontCutOff`: the entries up to this place are missing, and the log does not record that they were trimmed. */
  readonly fault: 'missing' | 'changed' | 'personalChanged' | 'frontCutOff';
}

/** @returns the fault of a single entry, given the previous hash; null if there is none */
export function entryFault(
  entry: FoundEntry,
  previousHash: string,
  digest: Digest,
): 'changed' | 'personalChanged' | null {
  if (entryHash(entry, previousHash, digest) !== entry.hash) return 'changed';
  if (entry.personal === null || entry.personalSalt === null) return null;
  return personalDataDigest(entry.personal, entry.personalSalt, digest) === entry.personalDigest
    ? null
    : 'personalChanged';
}

/**
 * Verifies a chain entry by entry, starting after the trimmed ones. The chain must contain the event that recorded the
 * trimming.
 */
export function createChainVerifier(digest: Digest, anchor: ChainAnchor = chainStart) {
  let { place, hash } = anchor;
  let recorded: ChainAnchor = chainStart;
  return {
    /** @returns the fault of the next entry, or null */
    next: (entry: FoundEntry): ChainFault | null => {
      if (entry.place !== place + 1) return { place: place + 1, fault: 'missing' };
      const fault = entryFault(entry, hash, digest);
      if (fault !== null) return { place: entry.place, fault };
      ({ place, hash } = entry);
      if (entry.kind === 'activity.trimmed') recorded = JSON.parse(entry.data) as ChainAnchor;
      return null;
    },
    /** @returns the fault at the end of the log, such as missing entries, or null */
    end: (length: number, lastHash: string): ChainFault | null => {
      if (place < length) return { place: place + 1, fault: 'missing' };
      if (hash !== lastHash) return { place, fault: 'changed' };
      const isRecorded = recorded.place === anchor.place && recorded.hash === anchor.hash;
      return isRecorded ? null : { place: anchor.place, fault: 'frontCutOff' };
    },
  };
}
