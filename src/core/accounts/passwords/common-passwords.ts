import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { normalizePassword } from '../../../domain/people/password.ts';
import { packageRoot } from '../../../platform/package-root.ts';
import { decodeNumbers, encodeNumbers } from './number-set.ts';

/*
 * A compact filter of common passwords. Each password is represented by a number below `size * 2 ** extraBits`, and the
 * file contains the sorted numbers. A password that is not in the filter matches one of them with a probability of 1 in
 * 2 ** extraBits.
 */

/** The filter file, which `npm run common-passwords` generates. */
export const commonPasswordsFile = path.join(packageRoot, 'passwords/common-passwords.bin');

/** One section of the file: the passwords of at least `minLength` characters that are not in a later section. */
interface Section {
  readonly minLength: number;
  readonly extraBits: number;
  readonly numbers: Uint32Array;
}

// Most regions accept no passwords below 15 characters, so the section for long passwords has fewer false positives.
const sections = [
  { minLength: 8, extraBits: 8 },
  { minLength: 15, extraBits: 16 },
] as const;
const headerBytes = 8;

export type CommonPasswords = readonly Section[];

/** @returns the form in which passwords are compared, ignoring case */
const compared = (password: string): string => normalizePassword(password).toLowerCase();

const lengthOf = (form: string): number => [...form].length;

function numberOf(form: string, count: number, extraBits: number): number {
  const bits = hash('sha256', form, 'buffer').readUInt32BE();
  return Math.floor((bits / 2 ** 32) * count * 2 ** extraBits);
}

/** Encodes passwords as the content of a filter file. Omits passwords that are too short for every region. */
export function encodeCommonPasswords(passwords: Iterable<string>): Buffer {
  const forms = [...new Set(Array.from(passwords, compared))];
  const parts = sections.flatMap(({ minLength, extraBits }, index) => {
    const below = sections[index + 1]?.minLength ?? Infinity;
    const own = forms.filter((form) => lengthOf(form) >= minLength && lengthOf(form) < below);
    const numbers = Uint32Array.from(own, (form) => numberOf(form, own.length, extraBits)).sort();
    const encoded = encodeNumbers(numbers, extraBits);
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32LE(own.length);
    header.writeUInt32LE(encoded.length, headerBytes / 2);
    return [header, encoded];
  });
  return Buffer.concat(parts);
}

/** @throws Error if the file is missing or damaged, because an unchecked password must not be accepted */
export function readCommonPasswords(file = commonPasswordsFile): CommonPasswords {
  const content = readFileSync(file);
  let position = 0;
  return sections.map(({ minLength, extraBits }) => {
    const count = content.readUInt32LE(position);
    const start = position + headerBytes;
    position = start + content.readUInt32LE(position + headerBytes / 2);
    return { minLength, extraBits, numbers: decodeNumbers(content.subarray(start, position), count, extraBits) };
  });
}

/** @param password the password, in NFKC */
export function isCommonPassword(passwords: CommonPasswords, password: string): boolean {
  const form = compared(password);
  const length = lengthOf(form);
  const section = passwords.findLast(({ minLength }) => length >= minLength);
  if (section === undefined) return false;
  const { numbers, extraBits } = section;
  return contains(numbers, numberOf(form, numbers.length, extraBits));
}

function contains(sorted: Uint32Array, number: number): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? 0) < number) from = middle + 1;
    else to = middle;
  }
  return sorted[from] === number;
}
