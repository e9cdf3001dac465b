/** An entry of a tenant's log as the chain binds it. Everything in it is opaque but kind, time and typed data. */
export interface ChainedEntry {
  /** Place in the tenant's chain, from 1. */
  readonly place: number;
  readonly tenantId: string;
  /** Epoch ms. */
  readonly at: number;
  readonly kind: string;
  /** The event's typed data as JSON text, without anything personal. */
  readonly data: string;
  readonly actorId: string | null;
  readonly targetId: string | null;
  readonly requestId: string;
  /** Digest of what is personal: it stays when that is erased, so that the chain still holds. */
  readonly personalDigest: string;
}

/** A digest of a text, as lower-case hexadecimal. */
export type Digest = (text: string) => string;

/** @returns the hash of an entry, which binds the one before it and, through it, all before */
export function entryHash(entry: ChainedEntry, previousHash: string, digest: Digest): string {
  const { place, tenantId, at, kind, data, actorId, targetId, requestId, personalDigest } = entry;
  // A list, not an object: its order is part of what is signed, and no field can pose as another.
  return digest(
    JSON.stringify([previousHash, place, tenantId, at, kind, data, actorId, targetId, requestId, personalDigest]),
  );
}

/** @returns the digest of what is personal in an entry; the salt keeps short texts, such as an address, from being guessed */
export const personalDataDigest = (personal: string, salt: string, digest: Digest): string =>
  digest(JSON.stringify([salt, personal]));

/** An entry as it is found, to be checked against the chain. */
export interface FoundEntry extends ChainedEntry {
  readonly hash: string;
  /** Null once it was erased. */
  readonly personal: string | null;
  readonly personalSalt: string | null;
}

/** Where what is left of a log begins: the last entry that was dropped from its front. */
export interface ChainAnchor {
  /** 0 where nothing was dropped yet. */
  readonly place: number;
  readonly hash: string;
}

/** The log from its very first entry. */
export const chainStart: ChainAnchor = { place: 0, hash: '' };

export interface ChainFault {
  readonly place: number;
  /** `frontCutOff`: entries up to this place are gone from the front, and the log does not say so. */
  readonly fault: 'missing' | 'changed' | 'personalChanged' | 'frontCutOff';
}

/** @returns what is wrong with one entry in itself, given the hash of the one before it; null when nothing is */
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

/** Follows a chain entry by entry, from behind what was dropped. The chain itself must say that it was: it is an event. */
export function createChainVerifier(digest: Digest, anchor: ChainAnchor = chainStart) {
  let { place, hash } = anchor;
  let told: ChainAnchor = chainStart;
  return {
    /** @returns what is wrong with the next entry, or null */
    next: (entry: FoundEntry): ChainFault | null => {
      if (entry.place !== place + 1) return { place: place + 1, fault: 'missing' };
      const fault = entryFault(entry, hash, digest);
      if (fault !== null) return { place: entry.place, fault };
      ({ place, hash } = entry);
      if (entry.kind === 'activity.trimmed') told = JSON.parse(entry.data) as ChainAnchor;
      return null;
    },
    /** @returns what is wrong at the end: entries that the tenant once had and that are not there any more */
    end: (length: number, lastHash: string): ChainFault | null => {
      if (place < length) return { place: place + 1, fault: 'missing' };
      if (hash !== lastHash) return { place, fault: 'changed' };
      const begins = told.place === anchor.place && told.hash === anchor.hash;
      return begins ? null : { place: anchor.place, fault: 'frontCutOff' };
    },
  };
}
