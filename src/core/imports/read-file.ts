import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cleanName } from '../../domain/people/user.ts';
import { createRecordReader, type RecordReader } from './csv-records.ts';
import { detectEncoding, type FileEncoding } from './detect-encoding.ts';
import { RecordStream, type FileRow, type RowFault } from './record-stream.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** A file whose headings have been found. */
export interface OpenedFile {
  readonly encoding: FileEncoding;
  /** The content of the rows above the headings, such as `sep=;` or a title. */
  readonly skipped: readonly string[];
  /** The headings and the rows below them. */
  readonly rows: AsyncGenerator<FileRow>;
}

// Parsing a chunk of this size does not delay other requests noticeably.
const chunkBytes = 16 * 1024;
const delimiters = [';', ',', '\t'] as const;
/** The header row is searched for among this number of rows that are not blank. */
const maxRowsToHeadings = 5;
const leadingMarks = /^\uFEFF+/;
// The line that specifies the delimiter for Excel. Spreadsheets do not count it as a row.
const separatorLine = /^"?sep=(.)"?[;,\t ]*(?:\r\n|\n|\r|$)\uFEFF*/i;

/**
 * Detects the encoding of a file, its delimiter and the row of its headings. Its rows are then read incrementally.
 * @param isHeading returns whether a text is the heading of a known column. Among the first rows, the one with the most
 * such headings is the header row
 * @throws UnreadableFile, including while the rows are read
 */
export async function openFile(bytes: Buffer, isHeading: (text: string) => boolean): Promise<OpenedFile> {
  const encoding = await detectEncoding(bytes);
  const start = (decoded(bytes, encoding).next().value ?? '').replace(leadingMarks, '');
  const [separatorText = '', separator] = separatorLine.exec(start) ?? [];
  const isWhole = bytes.length <= chunkBytes;
  const candidates = separator === undefined ? delimiters : [separator, ...delimiters];
  const layout = findHeadings(start.slice(separatorText.length), isWhole, candidates, isHeading);
  const skipped = [separatorText, ...layout.above.map((cells) => cells.join(' '))];
  return {
    encoding,
    skipped: skipped.map(cleanName).filter((text) => text !== ''),
    rows: readRows(yieldBetween(decoded(bytes, encoding)), layout, encoding === 'utf-8' && !isUtf8(bytes)),
  };
}

interface Layout {
  readonly reader: RecordReader;
  /** The cells of the rows above the headings, including blank ones. */
  readonly above: readonly (readonly string[])[];
}

function findHeadings(
  start: string,
  isWhole: boolean,
  candidates: readonly string[],
  isHeading: (text: string) => boolean,
): Layout {
  const ranked = candidates.flatMap((delimiter) => {
    const reader = createRecordReader(delimiter);
    const first = readFirst(reader, start, isWhole);
    return first.flatMap((cells, index) => {
      if (isBlank({ cells })) return [];
      return [{ reader, above: first.slice(0, index), known: cells.filter(isHeading).length, all: cells.length }];
    });
  });
  const [best] = ranked.sort(
    (one, other) => other.known - one.known || one.above.length - other.above.length || other.all - one.all,
  );
  return best ?? { reader: createRecordReader(delimiters[0]), above: [] };
}

/** @returns the cells of the first rows, up to a number of rows that are not blank */
function readFirst(reader: RecordReader, start: string, isWhole: boolean): (readonly string[])[] {
  const first: (readonly string[])[] = [];
  for (let [at, filled] = [0, 0]; at < start.length && filled < maxRowsToHeadings;) {
    const record = reader.read(start, at, isWhole);
    if (record === null) break;
    first.push(record.cells);
    if (!isBlank(record)) filled++;
    at = record.end;
  }
  return first;
}

/** @returns whether all cells of a row are blank. Spreadsheets write empty rows as lines of delimiters. */
export const isBlank = ({ cells }: Pick<FileRow, 'cells'>): boolean => cells.every((cell) => cell.trim() === '');

/** @throws UnreadableFile if the headings, or all rows below them, are malformed or too long */
async function* readRows(
  texts: AsyncIterable<string>,
  { reader, above }: Layout,
  hasBrokenBytes: boolean,
): AsyncGenerator<FileRow> {
  const records = new RecordStream(reader, hasBrokenBytes);
  let line = 0;
  let good = 0;
  let firstFault: UnreadableFile | null = null;
  for await (const { text, isEnd } of withEnd(texts)) {
    for (const row of records.push(text, isEnd)) {
      if (++line <= above.length || (row.cells.length === 1 && row.cells[0] === '')) continue;
      const fault = fileFault(row.fault, line);
      if (fault === null) good++;
      else firstFault ??= fault;
      if (firstFault !== null && good === 0) throw firstFault;
      yield { line, ...row };
    }
  }
  const isHeadingOnly = good === 1;
  if (firstFault !== null && isHeadingOnly) throw firstFault;
}

function fileFault(fault: RowFault | undefined, line: number): UnreadableFile | null {
  if (fault === undefined || fault === 'importRow.brokenCharacters') return null;
  const code = fault === 'importRow.tooLong' ? 'import.rowTooLong' : 'import.malformed';
  return new UnreadableFile({ code, parameters: { line } });
}

/** Removes byte order marks and the `sep=` line before the first row, and marks the end of the file. */
async function* withEnd(texts: AsyncIterable<string>): AsyncGenerator<{ text: string; isEnd: boolean }> {
  let isStart = true;
  for await (const text of texts) {
    yield { text: isStart ? text.replace(leadingMarks, '').replace(separatorLine, '') : text, isEnd: false };
    isStart = false;
  }
  yield { text: '', isEnd: true };
}

function* decoded(bytes: Buffer, encoding: FileEncoding): Generator<string, void> {
  // Invalid bytes in UTF-8 are faults of their rows, and Windows-1252 has none. In UTF-16, they can shift all text
  // after them, so decoding fails.
  const decoder = new TextDecoder(encoding, { fatal: encoding.startsWith('utf-16') });
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const chunk = bytes.subarray(from, from + chunkBytes);
    const text = decode(decoder, chunk, from + chunkBytes < bytes.length);
    // PostgreSQL rejects NUL characters, and text files do not contain any.
    if (text.includes('\0')) throw new UnreadableFile({ code: 'import.notText' });
    if (text !== '') yield text;
  }
}

// Yields to the event loop between chunks: a file that consists of blank lines or delimiters can contain millions of
// them.
async function* yieldBetween(texts: Iterable<string>): AsyncGenerator<string> {
  for (const text of texts) {
    yield text;
    await nextTurn();
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer, stream: boolean): string {
  try {
    return decoder.decode(chunk, { stream });
  } catch {
    throw new UnreadableFile({ code: 'import.notText' });
  }
}
