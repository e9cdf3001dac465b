import type { Response } from 'express';
import type { LogFormat } from '../../domain/activity/event.ts';
import { sendPieces } from '../http/stream.ts';
import type { LogCsv, LogEntry } from '../../core/activity/index.ts';
import { csvText } from '../http/csv.ts';
import type { ActivityWords, WordsFor } from './words.ts';

const contentTypes: Readonly<Record<LogFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
};

/** Makes what sends the log as a file; without a text, its head alone. */
export const logFiles =
  (clock: () => number) =>
  async (response: Response, format: LogFormat, text: AsyncIterable<string> | null): Promise<void> => {
    response.attachment(`activity-log-${new Date(clock()).toISOString().slice(0, 10)}.${format}`);
    response.set({
      'Content-Type': contentTypes[format],
      'Cache-Control': 'no-store',
      Vary: 'Cookie, Accept-Language',
    });
    if (text === null) return void response.end();
    await sendPieces(response, text);
  };

/** @returns what writes the log as CSV, worded for its reader */
export const logCsv =
  (wordsFor: WordsFor): LogCsv =>
  (scope, batches) => {
    const words = wordsFor(scope.language);
    return csvText({ header: words.columns(), batches: rows(words, batches), delimiter: words.delimiter });
  };

async function* rows(words: ActivityWords, batches: AsyncIterable<readonly LogEntry[]>): AsyncGenerator<string[][]> {
  for await (const entries of batches) yield entries.map(({ activity, found }) => words.row(activity, found.requestId));
}
