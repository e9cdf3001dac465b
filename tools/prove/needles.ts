import { hash } from 'node:crypto';

/** A byte sequence to search for, and the encoding that it represents. */
export interface Needle {
  readonly encoding: string;
  readonly bytes: Buffer;
  /** Whether the search ignores case. */
  readonly folded: boolean;
}

/** The bytes to search, both as read and in lowercase. */
export interface Haystack {
  readonly raw: Buffer;
  readonly folded: Buffer;
}

const minNeedleLength = 12;
const [capitalA, capitalZ, lowercaseOffset] = [0x41, 0x5a, 0x20];

export function haystackOf(raw: Buffer): Haystack {
  const folded = Buffer.from(raw);
  for (let index = 0; index < folded.length; index++) {
    const byte = folded[index] ?? 0;
    if (byte >= capitalA && byte <= capitalZ) folded[index] = byte + lowercaseOffset;
  }
  return { raw, folded };
}

/**
 * @returns the encodings in which a store, a file or a log may contain a string; JSON and name folding are omitted,
 * because they do not change these strings
 */
export function encodingsOf(text: string): Needle[] {
  const small = text.toLowerCase();
  const bytes = Buffer.from(small);
  const folded = (encoding: string, content: string | Buffer): Needle => ({
    encoding,
    bytes: Buffer.from(content),
    folded: true,
  });
  return [
    folded('plain text', small),
    // Without its last byte, the needle matches both byte orders.
    folded('UTF-16', Buffer.from(small, 'utf16le').subarray(0, -1)),
    folded('hexadecimal', bytes.toString('hex')),
    folded('URL encoding', [...bytes].map((byte) => `%${byte.toString(16)}`).join('')),
    ...base64Of(text),
  ];
}

/** @returns needles that find the bytes themselves and their hexadecimal and base64 encodings */
export function bytesNeedles(bytes: Buffer): Needle[] {
  return [
    { encoding: 'bytes', bytes, folded: false },
    { encoding: 'hexadecimal', bytes: Buffer.from(bytes.toString('hex')), folded: true },
    ...base64Of(bytes),
  ];
}

/**
 * @returns needles that find a string in base64; there are three because base64 encodes groups of three bytes, and each
 * omits the characters at its ends that depend on neighboring bytes
 */
function base64Of(text: string | Buffer): Needle[] {
  return ['base64', 'base64url'].flatMap((encoding) =>
    [0, 1, 2].map((lead) => {
      const bytes = Buffer.concat([Buffer.alloc(lead), Buffer.from(text)]);
      const whole = bytes.toString(encoding as BufferEncoding).replace(/=+$/, '');
      const content = whole.slice(Math.ceil((lead * 8) / 6), Math.floor((bytes.length * 8) / 6));
      return { encoding: 'base64', bytes: Buffer.from(content), folded: false };
    }),
  );
}

/** @returns needles that find a string even if its beginning or its end has been cut off */
export function needlesOf(text: string): Needle[] {
  const pieces =
    text.length <= minNeedleLength ? [text] : [text.slice(0, minNeedleLength), text.slice(-minNeedleLength)];
  return pieces.flatMap(encodingsOf);
}

/** @returns needles that find the unsalted SHA-256 digest of a secret */
export function digestNeedles(text: string): Needle[] {
  return [
    { encoding: 'SHA-256', bytes: Buffer.from(hash('sha256', text, 'hex')), folded: true },
    { encoding: 'SHA-256', bytes: Buffer.from(hash('sha256', text, 'base64url')), folded: false },
    { encoding: 'SHA-256', bytes: Buffer.from(hash('sha256', text, 'base64').replace(/=+$/, '')), folded: false },
    { encoding: 'SHA-256', bytes: hash('sha256', text, 'buffer'), folded: false },
  ];
}

/** A needle and the meaning of a match. */
export interface Tagged<Tag> extends Needle {
  readonly tag: Tag;
}

const prefixBytes = 4;
const twoBytes = 1 << 16;

/**
 * @param needles the needles, each of at least four bytes
 * @returns a function that searches for all needles in one pass and returns those that match
 */
export function createFinder<Tag>(needles: readonly Tagged<Tag>[]): (hay: Haystack) => Set<Tagged<Tag>> {
  const [foldedOnes, rawOnes] = [true, false].map((folded) =>
    tableOf(needles.filter((each) => each.folded === folded)),
  );
  return ({ raw, folded }) => {
    const found = new Set<Tagged<Tag>>();
    if (foldedOnes) scan(folded, foldedOnes, found);
    if (rawOnes) scan(raw, rawOnes, found);
    return found;
  };
}

interface Table<Tag> {
  /** For each pair of bytes, whether any needle starts with it. */
  readonly beginnings: Uint8Array;
  readonly byPrefix: Map<number, Tagged<Tag>[]>;
}

function tableOf<Tag>(needles: readonly Tagged<Tag>[]): Table<Tag> {
  const table: Table<Tag> = { beginnings: new Uint8Array(twoBytes), byPrefix: new Map() };
  for (const needle of needles) {
    const prefix = needle.bytes.readUInt32BE(0);
    table.beginnings[prefix >>> 16] = 1;
    table.byPrefix.set(prefix, [...(table.byPrefix.get(prefix) ?? []), needle]);
  }
  return table;
}

function scan<Tag>(hay: Buffer, { beginnings, byPrefix }: Table<Tag>, found: Set<Tagged<Tag>>): void {
  const last = hay.length - prefixBytes;
  for (let at = 0; at <= last; at++) {
    if (beginnings[((hay[at] ?? 0) << 8) | (hay[at + 1] ?? 0)] === 0) continue;
    for (const needle of byPrefix.get(hay.readUInt32BE(at)) ?? [])
      if (needle.bytes.equals(hay.subarray(at, at + needle.bytes.length))) found.add(needle);
  }
}
