import type { Request, Response } from 'express';
import { sendPieces } from './stream.ts';
import type { stringify as Stringify } from 'csv-stringify/sync';
import { escapeFormula } from '../../domain/spreadsheet-cell.ts';
import type { LanguageSettings } from '../../platform/config/languages.ts';

type Delimiter = LanguageSettings['listDelimiter'];

/** What is sent as a file, in the reader's language. */
export interface CsvFile {
  /** Without its extension. */
  readonly name: string;
  readonly delimiter: Delimiter;
  readonly header: CsvRow;
  readonly batches: AsyncIterable<readonly CsvRow[]>;
}

/** Sends a file row by row, in the reader's language. @returns as `sendPieces` does */
export function sendCsv(request: Request, response: Response, file: CsvFile, stallMs?: number): Promise<boolean> {
  const { language } = request;
  response.attachment(`${file.name}.csv`).type('text/csv; charset=utf-8');
  response.set({ 'Cache-Control': 'no-store', 'Content-Language': language, 'Referrer-Policy': 'no-referrer' });
  return sendPieces(response, csvText(file), stallMs);
}

export type CsvRow = readonly string[];

// Excel reads UTF-8 only behind this mark.
const byteOrderMark = '\uFEFF';
// Whichever delimiter the reader's spreadsheet believes in, a cell stays one cell.
const foreign = /[;,\t]/;

function rowsText(stringify: typeof Stringify, rows: readonly CsvRow[], delimiter: Delimiter): string {
  const guarded = rows.map((row) => row.map(escapeFormula));
  return stringify(guarded, {
    delimiter,
    record_delimiter: '\r\n',
    quote_record_delimiter: true,
    quoted_match: [foreign],
  });
}

/** @returns the text of a file in pieces, each generated when the one before it was consumed */
export async function* csvText({ header, batches, delimiter }: Omit<CsvFile, 'name'>): AsyncGenerator<string> {
  // Loaded with the first file: starting the portal does not need it.
  const { stringify } = await import('csv-stringify/sync');
  yield byteOrderMark + rowsText(stringify, [header], delimiter);
  for await (const rows of batches) yield rowsText(stringify, rows, delimiter);
}
