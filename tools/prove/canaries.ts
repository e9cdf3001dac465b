import { randomInt } from 'node:crypto';

/**
 * What a planted text is. A domain may be known to the other region, by its directory alone. A secret, such as a password,
 * may lie in no store at all, not even in its own region's, nor may its plain digest; of a token that the portal made the
 * digest may. A mailed link stands in one mail and nowhere else. The id of a tenant that moved away may stay behind with
 * its domain: they are the fact of the move. A control sample is put into the other region on purpose, so that a search
 * that is blind shows itself.
 */
export type CanaryKind = 'person' | 'domain' | 'moved' | 'secret' | 'token' | 'mailed' | 'control';

/** A text that nobody can guess, and the field that it was typed into. */
export interface Canary {
  readonly field: string;
  readonly kind: CanaryKind;
  /** The spellings by which it is found; never to be printed. */
  readonly forms: readonly string[];
  /** What it is in bytes, where it only stands for them. */
  readonly bytes?: Buffer;
}

export interface Canaries {
  /** @returns a new text for a field: small letters and digits, so that it passes for a name, a user name or a domain */
  plant(field: string, kind?: CanaryKind): string;
  /**
   * Watches for a text that the portal made, such as a temporary password.
   * @param bytes what the text stands for, looked for too
   * @returns the text
   */
  track(field: string, kind: CanaryKind, text: string, bytes?: Buffer): string;
  /** What every planted text of a kind has in its middle: to be found by one search. */
  marker(kind: CanaryKind): string;
  list(): readonly Canary[];
}

// No vowels: they make no words, and the ways in which names are folded leave them as they are.
const alphabet = 'bcdfghjkmnpqrstvwxz23456789';
const letters = 'bcdfghjkmnpqrstvwxz';
const markerLength = 10;
const restLength = 5;
const minTrackedLength = 16;

const random = (length: number, from: string): string =>
  Array.from({ length }, () => from[randomInt(from.length)] ?? '').join('');

/** The canaries of one region. A text has 20 symbols: 5 of its own, the kind's 10 (47 bits), 5 of its own. */
export function createCanaries(): Canaries {
  const markers = new Map<CanaryKind, string>();
  const all: Canary[] = [];
  const marker = (kind: CanaryKind): string => {
    const known = markers.get(kind) ?? random(markerLength, alphabet);
    markers.set(kind, known);
    return known;
  };
  return {
    marker,
    plant: (field, kind = 'person') => {
      const text = `${random(1, letters)}${random(restLength - 1, alphabet)}${marker(kind)}${random(restLength, alphabet)}`;
      all.push({ field, kind, forms: [text] });
      return text;
    },
    track: (field, kind, text, bytes) => {
      // It would be found everywhere, or by chance.
      if (text.length < minTrackedLength) throw new Error(`There is nothing to watch for: ${field}`);
      const bare = text.replace(/[^\p{L}\p{N}]/gu, '');
      if (!all.some(({ forms }) => forms.includes(text)))
        all.push({ field, kind, forms: [...new Set([text, bare])], ...(bytes && { bytes }) });
      return text;
    },
    list: () => all,
  };
}
