import { hash } from 'node:crypto';
import { normalizePassword, readPassword } from '../../../domain/people/password.ts';

/*
 * The digests of the operator's list: the first eight bytes of SHA-1, because published lists of leaked passwords
 * consist of SHA-1 digests. The first two bytes select the row, and the other six are compared within it.
 */

const digestBytes = 8;
const bucketBytes = 2;
export const suffixBytes = digestBytes - bucketBytes;

const digestOf = (text: string): Buffer => hash('sha1', text, 'buffer').subarray(0, digestBytes);

export const bucketOf = (digest: Buffer): number => digest.readUInt16BE();
export const suffixOf = (digest: Buffer): Buffer => digest.subarray(bucketBytes);

const publishedDigest = /^[0-9a-f]{40}(?::\d+)?$/i;
const byteOrderMark = /^\uFEFF/;
const hexDigits = 2 * digestBytes;

/**
 * Reads a line of a list: a password, or the SHA-1 digest of one in hexadecimal. A colon and a number may follow the
 * digest, as in the lists of Have I Been Pwned.
 * @returns the digest of the password; null for an empty line and for a line that is too long to be a password
 */
export function readListLine(given: string): Buffer | null {
  const line = given.replace(byteOrderMark, '');
  if (publishedDigest.test(line)) return Buffer.from(line.slice(0, hexDigits), 'hex');
  const password = readPassword(line);
  return password === null || password === '' ? null : digestOf(password.toLowerCase());
}

/** @returns the digests under which a password may be listed: as typed, and in lower case */
export function listDigestsOf(typed: string): Buffer[] {
  const password = normalizePassword(typed);
  return [...new Set([password, password.toLowerCase()])].map(digestOf);
}

/** The digests of a list in ascending order, without duplicates. */
export type ListDigests = BigUint64Array;

/** Reads the lines of a list. @throws RangeError if more than `maxCount` lines contain a password or digest */
export async function readList(
  lines: Iterable<string> | AsyncIterable<string>,
  maxCount: number,
): Promise<ListDigests> {
  let digests = new BigUint64Array(1_024);
  let count = 0;
  for await (const line of lines) {
    const digest = readListLine(line);
    if (digest === null) continue;
    if (count === maxCount) throw new RangeError('The list is too long');
    if (count === digests.length) {
      const larger = new BigUint64Array(2 * count);
      larger.set(digests);
      digests = larger;
    }
    digests[count++] = digest.readBigUInt64BE();
  }
  const sorted = digests.subarray(0, count).sort();
  return sorted.filter((each, index) => index === 0 || each !== sorted[index - 1]);
}

/** Groups sorted digests by their first two bytes. */
export function* bucketsOf(digests: ListDigests): Generator<{ bucket: number; digests: Buffer }> {
  const bytes = Buffer.alloc(digestBytes);
  let bucket = -1;
  let suffixes: Buffer[] = [];
  for (const each of digests) {
    bytes.writeBigUInt64BE(each);
    if (bucketOf(bytes) !== bucket) {
      if (suffixes.length > 0) yield { bucket, digests: Buffer.concat(suffixes) };
      [bucket, suffixes] = [bucketOf(bytes), []];
    }
    suffixes.push(Buffer.from(suffixOf(bytes)));
  }
  if (suffixes.length > 0) yield { bucket, digests: Buffer.concat(suffixes) };
}
