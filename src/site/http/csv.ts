import type { Request, Response } from 'express';
import { streamText } from './stream.ts';
import type { stringify as Stringify } from 'csv-stringify/sync';
import { guardCell } from '../../domain/formula.ts';
import type { Language } from '../../domain/regions.ts';

/** What is sent as a file, in the reader's language. */
export interface CsvFile {
  /** Without its ending. */
  readonly name: string;
  readonly header: CsvRow;
  readonly batches: AsyncIterable<readonly CsvRow[]>;
}

/** Sends a file row by row, in the reader's language. @returns as `sendPieces` does */
export function sendCsv(request: Request, response: Response, file: CsvFile, stallMs?: number): Promise<boolean> {
  const { language } = request;
  response.attachment(`${file.name}.csv`).type('text/csv; charset=utf-8');
  response.set({ 'Cache-Control': 'no-store', 'Content-Language': language, 'Referrer-Policy': 'no-referrer' });
  return streamText(response, csvText(file.header, file.batches, language), stallMs);
}

export type CsvRow = readonly string[];

// What Excel expects of a file in these languages: where the comma parts a number, it cannot part cells.
const delimiters: Readonly<Record<Language, string>> = { en: ',', fr: ';', de: ';' };
// Excel reads UTF-8 only behind this mark.
const byteOrderMark = '\uFEFF';
// Whichever delimiter the reader's spreadsheet believes in, a cell stays one cell.
const anyDelimiter = /[;,\t]/;

function rowsText(stringify: typeof Stringify, rows: readonly CsvRow[], language: Language): string {
  const delimiter = delimiters[language];
  const guarded = rows.map((row) => row.map(guardCell));
  return stringify(guarded, {
    delimiter,
    record_delimiter: '\r\n',
    quote_record_delimiter: true,
    quoted_match: [anyDelimiter],
  });
}

/** @returns the text of a file in pieces, each made when the one before it was taken */
export async function* csvText(
  header: CsvRow,
  batches: AsyncIterable<readonly CsvRow[]>,
  language: Language,
): AsyncGenerator<string> {
  // Loaded with the first file: starting the portal does not need it.
  const { stringify } = await import('csv-stringify/sync');
  yield byteOrderMark + rowsText(stringify, [header], language);
  for await (const rows of batches) yield rowsText(stringify, rows, language);
}
