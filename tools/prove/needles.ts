import { hash } from 'node:crypto';

/** Bytes to look for, and what they would be. */
export interface Needle {
  readonly encoding: string;
  readonly bytes: Buffer;
  /** Whether capitals and small letters are one. */
  readonly folded: boolean;
}

/** Bytes to look into, as they are and with small letters only. */
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

/** The encodings in which a store, a file or a log could keep a text. JSON and folding of names leave these texts as they are. */
export function encodingsOf(text: string): Needle[] {
  const small = text.toLowerCase();
  const bytes = Buffer.from(small);
  const folded = (encoding: string, content: string | Buffer): Needle => ({
    encoding,
    bytes: Buffer.from(content),
    folded: true,
  });
  return [
    folded('as it is', small),
    // Either order of bytes: the zeros between the letters are the same.
    folded('UTF-16', Buffer.from(small, 'utf16le').subarray(0, -1)),
    folded('hexadecimal', bytes.toString('hex')),
    folded('URL encoding', [...bytes].map((byte) => `%${byte.toString(16)}`).join('')),
    ...base64Of(text),
  ];
}

/** @returns what finds bytes as they are, in hexadecimal and in base64 */
export function bytesNeedles(bytes: Buffer): Needle[] {
  return [
    { encoding: 'bytes', bytes, folded: false },
    { encoding: 'hexadecimal', bytes: Buffer.from(bytes.toString('hex')), folded: true },
    ...base64Of(bytes),
  ];
}

/** A text stands at one of three places among the groups of base64; what its neighbours colour is left out. */
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

/** @returns what finds a text even where a store cut off its beginning or its end */
export function needlesOf(text: string): Needle[] {
  const pieces =
    text.length <= minNeedleLength ? [text] : [text.slice(0, minNeedleLength), text.slice(-minNeedleLength)];
  return pieces.flatMap(encodingsOf);
}

/** @returns what finds the unsalted SHA-256 of a secret */
export function digestNeedles(text: string): Needle[] {
  return [
    { encoding: 'SHA-256', bytes: Buffer.from(hash('sha256', text, 'hex')), folded: true },
    { encoding: 'SHA-256', bytes: Buffer.from(hash('sha256', text, 'base64url')), folded: false },
    { encoding: 'SHA-256', bytes: Buffer.from(hash('sha256', text, 'base64').replace(/=+$/, '')), folded: false },
    { encoding: 'SHA-256', bytes: hash('sha256', text, 'buffer'), folded: false },
  ];
}

/** A needle with what finding it means. */
export interface Tagged<Tag> extends Needle {
  readonly tag: Tag;
}

const prefixBytes = 4;
const twoBytes = 1 << 16;

/**
 * @param needles of four bytes at least
 * @returns what snapshots for all of them in one go, and gives the tags of those that it found
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
  /** Whether any needle begins with these two bytes. */
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
