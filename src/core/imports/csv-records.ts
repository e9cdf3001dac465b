/** A record of a CSV file, usually one line. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The position after the record and its line break. */
  readonly end: number;
  /**
   * Whether the record has unbalanced quotation marks. It then consists of its first line, whose cells are split on a
   * best-effort basis, and the next record begins on the next line.
   */
  readonly isMalformed: boolean;
}

/** Reads the records of a text with one delimiter. */
export interface RecordReader {
  readonly delimiter: string;
  /**
   * @param isEnd whether the file ends with the text
   * @returns the record at a position; null if more text is needed
   */
  read(text: string, from: number, isEnd: boolean): CsvRecord | null;
  /** @returns the line at a position as a malformed record; null if more text is needed */
  readMalformed(text: string, from: number, isEnd: boolean): CsvRecord | null;
}

const lineBreak = /\r\n|\n|\r/g;

/** @returns the position of the next line break and the position after it; null if there is none yet */
export function findLineBreak(text: string, from: number, isEnd: boolean): { start: number; end: number } | null {
  lineBreak.lastIndex = from;
  const found = lineBreak.exec(text);
  if (found === null) return isEnd ? { start: text.length, end: text.length } : null;
  const end = found.index + found[0].length;
  // A line feed may follow in the next chunk.
  return found[0] === '\r' && end === text.length && !isEnd ? null : { start: found.index, end };
}

interface Grammar {
  readonly delimiter: string;
  /**
   * The start of a quoted cell: optional blanks, an optional equals sign, which keeps a spreadsheet from converting the
   * cell, and a quotation mark.
   */
  readonly opening: RegExp;
  readonly blanks: RegExp;
  readonly unquoted: RegExp;
}

/** A cell and the position after it; `malformed` if its quotation marks are unbalanced, null if more text is needed. */
type CellRead = { readonly cell: string; readonly end: number } | 'malformed' | null;

/** Creates a reader of CSV as RFC 4180 describes it, which also accepts blanks around quotation marks, and `="…"`. */
export function createRecordReader(delimiter: string): RecordReader {
  const escaped = delimiter.replace(/[\\^\]|-]/g, '\\$&');
  const blanks = delimiter === '\t' ? '[ \\u00A0]*' : '[ \\t\\u00A0]*';
  const grammar: Grammar = {
    delimiter,
    opening: new RegExp(`${blanks}=?"`, 'y'),
    blanks: new RegExp(blanks, 'y'),
    unquoted: new RegExp(`[^${escaped}\\r\\n]*`, 'y'),
  };
  return {
    delimiter,
    read: (text, from, isEnd) => readRecord(grammar, text, from, isEnd),
    readMalformed: (text, from, isEnd) => malformedRecord(grammar, text, from, isEnd),
  };
}

function readRecord(grammar: Grammar, text: string, from: number, isEnd: boolean): CsvRecord | null {
  const cells: string[] = [];
  for (let at = from; ;) {
    const read = readCell(grammar, text, at, isEnd);
    if (read === 'malformed') return malformedRecord(grammar, text, from, isEnd);
    if (read === null) return null;
    cells.push(read.cell);
    if (text.startsWith(grammar.delimiter, read.end)) {
      at = read.end + grammar.delimiter.length;
      continue;
    }
    const after = findLineBreak(text, read.end, isEnd);
    if (after === null) return null;
    if (after.start === read.end) return { cells, end: after.end, isMalformed: false };
    return malformedRecord(grammar, text, from, isEnd);
  }
}

function readCell(grammar: Grammar, text: string, from: number, isEnd: boolean): CellRead {
  const opened = matchAt(grammar.opening, text, from);
  if (opened !== null) return readQuoted(grammar, text, from + opened.length, isEnd);
  const cell = matchAt(grammar.unquoted, text, from) ?? '';
  const end = from + cell.length;
  if (end === text.length && !isEnd) return null;
  return cell.includes('"') ? 'malformed' : { cell, end };
}

function readQuoted(grammar: Grammar, text: string, from: number, isEnd: boolean): CellRead {
  for (let at = from; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return isEnd ? 'malformed' : null;
    if (quote === text.length - 1 && !isEnd) return null;
    if (text[quote + 1] === '"') {
      at = quote + 2;
      continue;
    }
    const end = quote + 1 + (matchAt(grammar.blanks, text, quote + 1)?.length ?? 0);
    return end === text.length && !isEnd ? null : { cell: text.slice(from, quote).replaceAll('""', '"'), end };
  }
}

function malformedRecord({ delimiter }: Grammar, text: string, from: number, isEnd: boolean): CsvRecord | null {
  const line = findLineBreak(text, from, isEnd);
  if (line === null) return null;
  const cells = text.slice(from, line.start).split(delimiter).map(withoutOuterQuotes);
  return { cells, end: line.end, isMalformed: true };
}

const withoutOuterQuotes = (cell: string): string => (/^\s*"/.test(cell) ? cell.trim().replace(/^"|"$/g, '') : cell);

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
