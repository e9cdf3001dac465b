import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnreadableFile } from './unreadable-file.ts';

/** The encodings in which spreadsheets and directories save CSV files, named as in the Encoding Standard. */
export type FileEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

// Workbooks are ZIP archives or, in older formats, OLE documents.
const workbooks = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('\xD0\xCF\x11\xE0', 'latin1')];
const binarySignature = /^(?:%PDF|\{\\rtf|\x89PNG|GIF8|\xFF\xD8\xFF)/;
const startLength = 1_024;
const chunkBytes = 256 * 1024;

/**
 * Detects the encoding of a file: the encoding of its byte order mark, if it has one; otherwise UTF-8, if all or almost
 * all bytes are valid; otherwise Windows-1252, if the decoded text is plausible for names.
 * @returns the encoding. If the file was edited with two programs, some bytes may be invalid in this encoding
 * @throws UnreadableFile for other encodings, and for files that are not text
 */
export async function detectEncoding(bytes: Buffer): Promise<FileEncoding> {
  const start = bytes.subarray(0, startLength);
  if (workbooks.some((magic) => start.subarray(0, magic.length).equals(magic))) {
    throw new UnreadableFile({ code: 'import.workbook' });
  }
  if (binarySignature.test(start.toString('latin1'))) throw new UnreadableFile({ code: 'import.notText' });
  const marked = encodingFromBom(start);
  if (marked !== null && marked !== 'utf-8') return marked;
  const wide = encodingFromZeroBytes(start);
  if (wide !== null) return wide;
  // PostgreSQL rejects NUL characters, and text files do not contain any.
  if (bytes.includes(0)) throw new UnreadableFile({ code: 'import.notText' });
  if (marked === 'utf-8' || isUtf8(bytes) || (await isMostlyUtf8(bytes))) return 'utf-8';
  if (await isPlausibleWindows1252(bytes)) return 'windows-1252';
  throw new UnreadableFile({ code: 'import.unknownEncoding' });
}

const marks: readonly (readonly [mark: string, encoding: FileEncoding])[] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];

function encodingFromBom(start: Buffer): FileEncoding | null {
  const hex = start.toString('hex', 0, 3);
  return marks.find(([mark]) => hex.startsWith(mark))?.[1] ?? null;
}

// Detects UTF-16 without a byte order mark: the headings start with ASCII letters, so every other byte is zero.
function encodingFromZeroBytes(start: Buffer): FileEncoding | null {
  const pairs = Math.floor(Math.min(start.length, 64) / 2);
  const zerosAt = (place: 0 | 1): number =>
    start.subarray(0, pairs * 2).filter((byte, index) => byte === 0 && index % 2 === place).length;
  const [first, second] = [zerosAt(0), zerosAt(1)];
  if (first === 0 && second > pairs / 2) return 'utf-16le';
  return second === 0 && first > pairs / 2 ? 'utf-16be' : null;
}

// Yields to the event loop between chunks. A sequence that is split between two chunks does not change the result.
async function* chunksOf(bytes: Buffer): AsyncGenerator<string> {
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    yield bytes.toString('latin1', from, from + chunkBytes);
    await nextTurn();
  }
}

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

// Excludes phonetic letters, Syriac, Thaana and N’Ko, because their byte sequences are plausible text in Windows-1252,
// such as `É’` and `ß“`.
const utf8Sequence = /[\xC2-\xC8\xCE-\xDB][\x80-\xBF]|[\xE0-\xEF][\x80-\xBF]{2}|[\xF0-\xF4][\x80-\xBF]{3}/g;
const nonAscii = /[\x80-\xFF]/g;
// The maximum number of invalid bytes per valid sequence. In Windows-1252, two or three letters and symbols
// occasionally form a valid sequence.
const brokenPerSequence = 4;

/** @returns whether a file with invalid bytes is UTF-8 that was edited by a program with another encoding */
async function isMostlyUtf8(bytes: Buffer): Promise<boolean> {
  let [sequences, broken] = [0, 0];
  for await (const text of chunksOf(bytes)) {
    sequences += count(text, utf8Sequence);
    broken += count(text.replace(utf8Sequence, ''), nonAscii);
  }
  return sequences > 0 && broken <= sequences * brokenPerSequence;
}

const undefinedIn1252 = /[\x81\x8D\x8F\x90\x9D]/;
const accented = /[^\0-\x7F]/gu;
// Signs that text of another code page was decoded as Windows-1252: symbols next to a letter, quotation marks inside a
// word, a capital after a lowercase letter, and three consecutive non-ASCII characters.
const implausible = new RegExp(
  [
    '(?<=\\p{L})[‚ƒ„†‡ˆ‰‹›•˜¡¢£¤¥¦§¨©¬¯±²³µ¶¸¹¼½¾¿×÷]',
    '[‚ƒ†‡ˆ‰‹›•˜¢£¤¥¦§¨©¬¯±²³µ¶¸¹¼½¾×÷](?=\\p{L})',
    '(?<=\\p{L})[“”…€™](?=\\p{L})',
    '(?<=\\p{Ll})[ŠŒŽŸÀ-ÖØ-Þ]|(?<=\\p{L})[ŠŒŽŸ](?=\\p{Ll})',
    '[^\\0-\\x7F\\xA0«»“”’–—]{3,}',
  ].join('|'),
  'gu',
);
const maxImplausibleShare = 0.1;

/** @returns whether all bytes are defined in Windows-1252 and the decoded text is plausible for names */
async function isPlausibleWindows1252(bytes: Buffer): Promise<boolean> {
  const decoder = new TextDecoder('windows-1252');
  let [all, bad] = [0, 0];
  for await (const chunk of chunksOf(bytes)) {
    if (undefinedIn1252.test(chunk)) return false;
    const text = decoder.decode(Buffer.from(chunk, 'latin1'));
    all += count(text, accented);
    for (const found of text.match(implausible) ?? []) bad += found.length;
  }
  return bad <= all * maxImplausibleShare;
}
