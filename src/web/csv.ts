import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { stringify } from 'csv-stringify/sync';
import { guardCell } from '../domain/formula.ts';
import type { Language } from '../domain/regions.ts';

export type CsvRow = readonly string[];

/** What is sent as a file, in the reader's language. */
export interface CsvFile {
  /** Without its ending. */
  readonly name: string;
  readonly header: CsvRow;
  readonly batches: AsyncIterable<readonly CsvRow[]>;
}

// What Excel expects of a file in these languages: where the comma parts a number, it cannot part cells.
const delimiters: Readonly<Record<Language, string>> = { en: ',', fr: ';', de: ';' };
// Excel reads UTF-8 only behind this mark.
const byteOrderMark = '\uFEFF';
const longestStallMs = 30_000;
// Whichever delimiter the reader's spreadsheet believes in, a cell stays one cell.
const foreign = /[;,\t]/;

function csvText(rows: readonly CsvRow[], language: Language): string {
  const delimiter = delimiters[language];
  const guarded = rows.map((row) => row.map(guardCell));
  return stringify(guarded, {
    delimiter,
    record_delimiter: '\r\n',
    quote_record_delimiter: true,
    quoted_match: [foreign],
  });
}

/**
 * Sends a file row by row as fast as it is taken, and no faster: what has not been asked for is not made.
 * @returns whether all of it went out; false when the reader left, or took nothing for half a minute
 */
export async function sendCsv(
  request: Request,
  response: Response,
  file: CsvFile,
  stallMs = longestStallMs,
): Promise<boolean> {
  const { language } = request;
  response.attachment(`${file.name}.csv`).type('text/csv; charset=utf-8');
  response.set({ 'Cache-Control': 'no-store', 'Content-Language': language, 'Referrer-Policy': 'no-referrer' });
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const heard = (event: 'drain' | 'finish'): Promise<unknown> =>
    once(response, event, { signal: AbortSignal.any([gone.signal, AbortSignal.timeout(stallMs)]) });
  try {
    response.write(byteOrderMark + csvText([file.header], language));
    for await (const rows of file.batches) {
      if (!response.write(csvText(rows, language))) await heard('drain');
      // A quick reader drains at once, and nobody else would have a turn until the last row.
      await nextTurn();
    }
    const sent = heard('finish');
    response.end();
    await sent;
    return true;
  } catch (error) {
    // The head has gone out: that the file is not whole can only be told by breaking it off.
    response.destroy();
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  }
}
