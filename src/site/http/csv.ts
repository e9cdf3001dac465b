import type { Request, Response } from 'express';
import { streamText } from './stream.ts';
import type { stringify as Stringify } from 'csv-stringify/sync';
import { guardCell } from '../../domain/formula.ts';
import type { Language } from '../../domain/regions.ts';

/** A CSV download in the user's language. */
export interface CsvFile {
  /** File name without extension. */
  readonly name: string;
  readonly header: CsvRow;
  readonly batches: AsyncIterable<readonly CsvRow[]>;
}

/** Streams a CSV file row by row. @returns the result of `streamText` */
export function sendCsv(request: Request, response: Response, file: CsvFile, stallMs?: number): Promise<boolean> {
  const { language } = request;
  response.attachment(`${file.name}.csv`).type('text/csv; charset=utf-8');
  response.set({ 'Cache-Control': 'no-store', 'Content-Language': language, 'Referrer-Policy': 'no-referrer' });
  return streamText(response, csvText(file.header, file.batches, language), stallMs);
}

export type CsvRow = readonly string[];

// The delimiters that Excel expects in these languages: where the comma is the decimal separator, it cannot separate
// cells.
const delimiters: Readonly<Record<Language, string>> = { en: ',', fr: ';', de: ';' };
// Excel recognizes UTF-8 only by a byte order mark.
const byteOrderMark = '\uFEFF';
// Quote cells that contain any common delimiter, since a spreadsheet program may assume a different one.
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

/** @returns the file's text in chunks, each generated after the previous one was consumed */
export async function* csvText(
  header: CsvRow,
  batches: AsyncIterable<readonly CsvRow[]>,
  language: Language,
): AsyncGenerator<string> {
  // Loaded on first use to keep startup fast.
  const { stringify } = await import('csv-stringify/sync');
  yield byteOrderMark + rowsText(stringify, [header], language);
  for await (const rows of batches) yield rowsText(stringify, rows, language);
}
