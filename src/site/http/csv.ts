import type { Request, Response } from 'express';
import { csvText, type CsvRow } from './csv-text.ts';
import { sendPieces } from './stream.ts';

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
  return sendPieces(response, csvText(file.header, file.batches, language), stallMs);
}
