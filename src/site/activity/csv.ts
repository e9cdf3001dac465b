import type { LogCsv, LogEntry } from '../../core/activity/index.ts';
import { csvText } from '../http/csv-text.ts';
import type { ActivityWords, WordsFor } from './words.ts';

/** @returns what writes the log as CSV, worded for its reader */
export const logCsv =
  (wordsFor: WordsFor): LogCsv =>
  (scope, batches) => {
    const words = wordsFor(scope.language);
    return csvText(words.columns(), rows(words, batches), scope.language);
  };

async function* rows(words: ActivityWords, batches: AsyncIterable<readonly LogEntry[]>): AsyncGenerator<string[][]> {
  for await (const entries of batches) yield entries.map(({ activity, found }) => words.row(activity, found.requestId));
}
