import type { Request, Response } from 'express';
import { streamText } from './stream.ts';
import type { stringify as Stringify } from 'csv-stringify/sync';
import { escapeFormula } from '../../domain/spreadsheet-cell.ts';
import type { LanguageSettings } from '../../platform/config/languages.ts';

type Delimiter = LanguageSettings['listDelimiter'];

/** A CSV download in the user's language. */
export interface CsvFile {
  /** The name of the file without its extension. */
  readonly name: string;
  readonly delimiter: Delimiter;
  readonly header: CsvRow;
  readonly batches: AsyncIterable<readonly CsvRow[]>;
}

/**
 * Streams a CSV file row by row.
 * @returns true if everything was sent; see `streamText`
 */
export function sendCsv(request: Request, response: Response, file: CsvFile, stallMs?: number): Promise<boolean> {
  const { language } = request;
  response.attachment(`${file.name}.csv`).type('text/csv; charset=utf-8');
  response.set({ 'Cache-Control': 'no-store', 'Content-Language': language, 'Referrer-Policy': 'no-referrer' });
  return streamText(response, csvText(file), stallMs);
}

export type CsvRow = readonly string[];

// Excel recognizes UTF-8 only by a byte order mark.
const byteOrderMark = '\uFEFF';
// Quote cells that contain any common delimiter, since a spreadsheet program may assume a different one.
const anyDelimiter = /[;,\t]/;

function rowsText(stringify: typeof Stringify, rows: readonly CsvRow[], delimiter: Delimiter): string {
  const guarded = rows.map((row) => row.map(escapeFormula));
  return stringify(guarded, {
    delimiter,
    record_delimiter: '\r\n',
    quote_record_delimiter: true,
    quoted_match: [anyDelimiter],
  });
}

/** @returns the text of the file in chunks, each generated after the previous one has been consumed */
export async function* csvText({ header, batches, delimiter }: Omit<CsvFile, 'name'>): AsyncGenerator<string> {
  // Loaded on first use to keep startup fast.
  const { stringify } = await import('csv-stringify/sync');
  yield byteOrderMark + rowsText(stringify, [header], delimiter);
  for await (const rows of batches) yield rowsText(stringify, rows, delimiter);
}
