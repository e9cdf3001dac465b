import { stringify } from 'csv-stringify/sync';
import { guardCell } from '../domain/formula.ts';
import type { Language } from '../domain/regions.ts';

export type CsvRow = readonly string[];

// What Excel expects of a file in these languages: where the comma parts a number, it cannot part cells.
const delimiters: Readonly<Record<Language, string>> = { en: ',', fr: ';', de: ';' };
// Excel reads UTF-8 only behind this mark.
const byteOrderMark = '\uFEFF';
// Whichever delimiter the reader's spreadsheet believes in, a cell stays one cell.
const foreign = /[;,\t]/;

function rowsText(rows: readonly CsvRow[], language: Language): string {
  const delimiter = delimiters[language];
  const guarded = rows.map((row) => row.map(guardCell));
  return stringify(guarded, {
    delimiter,
    record_delimiter: '\r\n',
    quote_record_delimiter: true,
    quoted_match: [foreign],
  });
}

/** @returns the text of a file in pieces, each made when the one before it was taken */
export async function* csvText(
  header: CsvRow,
  batches: AsyncIterable<readonly CsvRow[]>,
  language: Language,
): AsyncGenerator<string> {
  yield byteOrderMark + rowsText([header], language);
  for await (const rows of batches) yield rowsText(rows, language);
}
