import { foldName } from '../user.ts';
import { lookupForm } from './symbols.ts';
import { isNameAt } from './words.ts';

/** The names that an attacker would try on an account. */
export interface KnownNames {
  readonly username: string;
  readonly displayName: string;
  readonly tenantName: string;
}

const products = ['parvis', 'partner portal', 'espace partenaires'];
const betweenWords = /[^\p{L}\p{N}]+/u;

/** @returns the names, each in full and split into words, without spaces and punctuation, the longest first */
export function listNames({ username, displayName, tenantName }: KnownNames): string[] {
  const [local = '', domain = ''] = username.split('@');
  const full = [username, local, domain, displayName, tenantName, ...products];
  const words = full.flatMap((name) => foldName(name).split(betweenWords));
  const names = [...full.map((name) => foldName(name).replaceAll(/[^\p{L}\p{N}]/gu, '')), ...words];
  return [...new Set(names)].filter((name) => name !== '').sort((one, other) => other.length - one.length);
}

const minNameLength = 4;
const minOtherCharacters = 8;

/**
 * @returns whether a password consists almost entirely of names that attackers try first. The names may be reversed, or
 * contain characters in place of letters
 */
export function consistsOfNames(password: string, known: KnownNames): boolean {
  const text = [...lookupForm(foldName(password).replace(/[^\p{L}\p{N}@$!€|+(]/gu, ''))];
  const isCovered = text.map(() => false);
  for (const name of listNames(known)) {
    const letters = [...lookupForm(name)];
    if (letters.length < minNameLength) continue;
    for (const form of [letters, letters.toReversed()]) cover(text, form, isCovered);
  }
  const other = isCovered.filter((covered) => !covered).length;
  return other < text.length && other < minOtherCharacters;
}

function cover(text: readonly string[], name: readonly string[], isCovered: boolean[]): void {
  for (let start = 0; start + name.length <= text.length; start++) {
    if (isCovered[start] !== true && isNameAt(text, start, name)) isCovered.fill(true, start, start + name.length);
  }
}
