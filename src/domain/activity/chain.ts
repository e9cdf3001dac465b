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
  /** Digest of the personal data. It is retained after erasure, so that the chain can still be verified. */
  readonly personalDigest: string;
}

/** Computes the digest of a string in lowercase hexadecimal. */
export type Digest = (text: string) => string;

/** Hashes an entry together with the hash of the previous one, so that each hash also covers all earlier entries. */
export function entryHash(entry: ChainedEntry, previousHash: string, digest: Digest): string {
  const { place, tenantId, at, kind, data, actorId, targetId, requestId, personalDigest } = entry;
  // Hash a JSON array instead of a concatenated string: the order is fixed, and the boundaries between values are
  // unambiguous.
  return digest(
    JSON.stringify([previousHash, place, tenantId, at, kind, data, actorId, targetId, requestId, personalDigest]),
  );
}

/**
 * Computes the digest of an entry's personal data. The salt prevents short values, such as IP addresses, from being
 * guessed.
 */
export const personalDataDigest = (personal: string, salt: string, digest: Digest): string =>
  digest(JSON.stringify([salt, personal]));

/** An entry as it is stored, with the hash to verify. */
export interface FoundEntry extends ChainedEntry {
  readonly hash: string;
  /** Null after erasure. */
  readonly personal: string | null;
  readonly personalSalt: string | null;
}

/** The last entry that was trimmed. The stored part of the log starts after it. */
export interface ChainAnchor {
  /** 0 if nothing has been trimmed. */
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

/**
 * Verifies a single entry against its hash and the hash of the previous entry.
 * @returns the fault, or null if the entry is intact
 */
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
 * Verifies a chain entry by entry, starting after the anchor. If entries were trimmed, the chain must contain the event
 * that records the trimming.
 */
export function createChainVerifier(digest: Digest, anchor: ChainAnchor = chainStart) {
  let { place, hash } = anchor;
  let recorded: ChainAnchor = chainStart;
  return {
    /**
     * Verifies the next entry.
     * @returns its fault, or null if it is intact
     */
    next: (entry: FoundEntry): ChainFault | null => {
      if (entry.place !== place + 1) return { place: place + 1, fault: 'missing' };
      const fault = entryFault(entry, hash, digest);
      if (fault !== null) return { place: entry.place, fault };
      ({ place, hash } = entry);
      if (entry.kind === 'activity.trimmed') recorded = JSON.parse(entry.data) as ChainAnchor;
      return null;
    },
    /**
     * Verifies that no entries are missing at the end of the log.
     * @param length the number of recorded entries, including trimmed ones
     * @param lastHash the recorded hash of the last entry
     * @returns a fault, such as a missing last entry, or null if there is none
     */
    end: (length: number, lastHash: string): ChainFault | null => {
      if (place < length) return { place: place + 1, fault: 'missing' };
      if (hash !== lastHash) return { place, fault: 'changed' };
      const isRecorded = recorded.place === anchor.place && recorded.hash === anchor.hash;
      return isRecorded ? null : { place: anchor.place, fault: 'frontCutOff' };
    },
  };
}
