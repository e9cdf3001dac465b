import type { PlainErrorCode } from '../../domain/errors.ts';
import { findLineBreak, type CsvRecord, type RecordReader } from './csv-records.ts';

/** A row of a file, with its cells in the order of the file. */
export interface FileRow {
  /** The row number as in a spreadsheet, starting at 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why the row can't be read. Its cells are then incomplete or wrong. */
  readonly fault?: RowFault;
}

export type RowFault = Extract<
  PlainErrorCode,
  'importRow.malformed' | 'importRow.tooLong' | 'importRow.brokenCharacters'
>;

export type UnnumberedRow = Omit<FileRow, 'line'>;

const maxRowCharacters = 16 * 1024;
/** The character that ended text files under CP/M and MS-DOS. */
const endOfFile = '\x1A';
const replacementCharacter = '\uFFFD';

/** Splits a text that arrives in chunks into rows. Buffers one row at most, up to the maximum length. */
export class RecordStream {
  readonly #reader: RecordReader;
  #text = '';
  /** Whether the text up to the next line break belongs to a row that is too long. */
  #skipping = false;

  /** Whether some bytes of the file could not be decoded. The replacement character then stands for such a byte. */
  readonly #hasBrokenBytes: boolean;

  constructor(reader: RecordReader, hasBrokenBytes: boolean) {
    this.#reader = reader;
    this.#hasBrokenBytes = hasBrokenBytes;
  }

  /**
   * @param isEnd whether this is the last chunk
   * @returns the rows that end within the text so far
   */
  *push(chunk: string, isEnd: boolean): Generator<UnnumberedRow, void> {
    this.#text += chunk;
    let at = 0;
    for (let next = this.#next(at, isEnd); next !== null; next = this.#next(at, isEnd)) {
      if (next.row !== null) yield next.row;
      at = next.end;
    }
    this.#text = this.#text.slice(at);
  }

  #next(at: number, isEnd: boolean): { row: UnnumberedRow | null; end: number } | null {
    const text = this.#text;
    if (at === text.length) return null;
    if (this.#skipping) return this.#skip(at, isEnd);
    const record = this.#reader.read(text, at, isEnd);
    const isTooLong = (record?.end ?? text.length) - at > maxRowCharacters;
    if (record !== null && !(isTooLong && this.#spansLines(record, at))) {
      const isEndOfFile = isEnd && record.end === text.length && record.cells.join('').trim() === endOfFile;
      return { row: isEndOfFile ? null : this.#toRow(record, record.end - at), end: record.end };
    }
    if (!isTooLong) return null;
    // A quotation mark that is never closed, or closed far below, must not swallow the rows that follow it.
    const malformed = this.#reader.readMalformed(text, at, isEnd);
    if (malformed !== null) return { row: this.#toRow(malformed, malformed.end - at), end: malformed.end };
    this.#skipping = true;
    const cells = text.slice(at, at + maxRowCharacters).split(this.#reader.delimiter);
    return { row: { cells, fault: 'importRow.tooLong' }, end: at };
  }

  #spansLines({ end }: CsvRecord, at: number): boolean {
    return (this.#reader.readMalformed(this.#text, at, false)?.end ?? end) < end;
  }

  #skip(at: number, isEnd: boolean): { row: null; end: number } | null {
    const text = this.#text;
    const line = findLineBreak(text, at, isEnd);
    this.#skipping = line === null;
    // A carriage return at the end may be the first half of a line break.
    const end = line?.end ?? (text.endsWith('\r') ? text.length - 1 : text.length);
    return end === at ? null : { row: null, end };
  }

  #toRow({ cells, isMalformed }: CsvRecord, length: number): UnnumberedRow {
    if (isMalformed) return { cells, fault: 'importRow.malformed' };
    if (length > maxRowCharacters) return { cells, fault: 'importRow.tooLong' };
    const isBroken = this.#hasBrokenBytes && cells.some((cell) => cell.includes(replacementCharacter));
    return isBroken ? { cells, fault: 'importRow.brokenCharacters' } : { cells };
  }
}
