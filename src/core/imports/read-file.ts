import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CsvError } from 'csv-parse';
import type { CodedError } from '../../domain/errors.ts';

/** A row of a file, with its cells in the order of the file. */
export interface FileRow {
  /** The row number as in a spreadsheet, starting at 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Thrown if the whole file is rejected. */
export class UnreadableFile extends Error {
  readonly fault: CodedError;
  constructor(fault: CodedError) {
    super(fault.code);
    this.fault = fault;
  }
}

// Parsing a chunk of this size does not delay other requests noticeably. A row that is longer than a chunk is rejected.
const chunkBytes = 16 * 1024;
const maxRowCharacters = 16 * 1024;
const delimiters = [';', ',', '\t'] as const;

/**
 * Reads the rows of a file incrementally. Detects its encoding, delimiter and line endings.
 * @param isHeading returns whether a text is the heading of a known column. The delimiter that yields the most headings
 * is used.
 * @throws UnreadableFile
 */
export async function* readRows(bytes: Buffer, isHeading: (text: string) => boolean): AsyncGenerator<FileRow> {
  // Loaded on first use, to keep startup fast.
  const csv = await import('csv-parse');
  const parser = csv.parse({
    delimiter: delimiterOf(bytes, isHeading),
    record_delimiter: ['\r\n', '\n', '\r'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRowCharacters,
  });
  // Forward errors of the source to the parser, the only stream whose errors are handled.
  const source = Readable.from(yieldBetween(decoded(bytes)));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      yield { line: info.records + info.empty_lines, cells: record };
    }
  } catch (error) {
    throw error instanceof csv.CsvError ? asFault(error) : error;
  } finally {
    source.destroy();
  }
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly records: number; readonly empty_lines: number };
}

function asFault(error: CsvError): UnreadableFile {
  const { records, empty_lines: emptyLines } = error as unknown as ParsedRecord['info'];
  const code = error.code === 'CSV_MAX_RECORD_SIZE' ? 'import.rowTooLong' : 'import.malformed';
  return new UnreadableFile({ code, parameters: { line: records + emptyLines + 1 } });
}

function* decoded(bytes: Buffer): Generator<string, void> {
  const decoder = new TextDecoder(encodingOf(bytes), { fatal: true });
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const chunk = bytes.subarray(from, from + chunkBytes);
    const text = decode(decoder, chunk, from + chunkBytes < bytes.length);
    // PostgreSQL rejects NUL characters, and text files do not contain any.
    if (text.includes('\0')) throw new UnreadableFile({ code: 'import.notText' });
    // The parser limits the number of characters in a row, but not the number of empty cells, so reject a chunk without
    // line breaks.
    if (chunk.length === chunkBytes && !/[\r\n]/.test(text)) {
      throw new UnreadableFile({
        code: 'import.rowTooLong',
        parameters: { line: linesIn(bytes.subarray(0, from)) + 1 },
      });
    }
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

function linesIn(bytes: Buffer): number {
  let [returns, feeds] = [0, 0];
  for (const byte of bytes) {
    if (byte === 0x0d) returns++;
    else if (byte === 0x0a) feeds++;
  }
  return Math.max(returns, feeds);
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer, stream: boolean): string {
  try {
    return decoder.decode(chunk, { stream });
  } catch {
    throw new UnreadableFile({ code: 'import.notText' });
  }
}

// Workbooks are ZIP archives or, in older formats, OLE documents.
const workbooks = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('\xD0\xCF\x11\xE0', 'latin1')];
const binarySignature = /^(?:%PDF|\{\\rtf|\x89PNG|GIF8|\xFF\xD8\xFF)/;
const startLength = 1_024;

function encodingOf(bytes: Buffer): string {
  const start = bytes.subarray(0, startLength);
  if (workbooks.some((magic) => start.subarray(0, magic.length).equals(magic))) {
    throw new UnreadableFile({ code: 'import.workbook' });
  }
  if (binarySignature.test(start.toString('latin1'))) throw new UnreadableFile({ code: 'import.notText' });
  return encodingFromBom(start) ?? encodingFromZeroBytes(start) ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252');
}

function encodingFromBom(start: Buffer): string | null {
  const mark = start.toString('hex', 0, 2);
  return mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : null;
}

// Detects UTF-16 without a byte order mark: the headings start with ASCII letters, so every other byte is zero.
function encodingFromZeroBytes(start: Buffer): string | null {
  const pairs = Math.floor(Math.min(start.length, 64) / 2);
  const zerosAt = (place: 0 | 1): number =>
    start.subarray(0, pairs * 2).filter((byte, index) => byte === 0 && index % 2 === place).length;
  const [first, second] = [zerosAt(0), zerosAt(1)];
  if (first === 0 && second > pairs / 2) return 'utf-16le';
  return second === 0 && first > pairs / 2 ? 'utf-16be' : null;
}

function delimiterOf(bytes: Buffer, isHeading: (text: string) => boolean): string {
  const start = decoded(bytes).next().value ?? '';
  const line = /[^\r\n]+/.exec(start)?.[0] ?? '';
  const ranked = delimiters.map((delimiter) => {
    const cells = line.split(delimiter);
    return { delimiter, known: cells.filter((cell) => isHeading(cell.replaceAll('"', ''))).length, all: cells.length };
  });
  const [best] = ranked.sort((one, other) => other.known - one.known || other.all - one.all);
  return best?.delimiter ?? delimiters[0];
}
