import type { Response } from 'express';
import type { LogFormat } from '../../domain/activity/event.ts';
import { streamText } from '../http/stream.ts';
import type { LogCsv, LogEntry } from '../../core/activity/index.ts';
import { csvText } from '../http/csv.ts';
import type { ActivityTexts, ActivityTextsFor } from './entry-texts.ts';

const contentTypes: Readonly<Record<LogFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
};

/** @returns a function that sends the log as a download; if the text is null, it sends only the headers */
export const createLogSender =
  (clock: () => number) =>
  async (response: Response, format: LogFormat, text: AsyncIterable<string> | null): Promise<void> => {
    response.attachment(`activity-log-${new Date(clock()).toISOString().slice(0, 10)}.${format}`);
    response.set({
      'Content-Type': contentTypes[format],
      'Cache-Control': 'no-store',
      Vary: 'Cookie, Accept-Language',
    });
    if (text === null) return void response.end();
    await streamText(response, text);
  };

/** @returns a function that formats the log as CSV in the user's language */
export const createLogCsv =
  (textsFor: ActivityTextsFor): LogCsv =>
  (scope, batches) => {
    const texts = textsFor(scope.language);
    return csvText({ header: texts.columns(), batches: rows(texts, batches), delimiter: texts.delimiter });
  };

async function* rows(texts: ActivityTexts, batches: AsyncIterable<readonly LogEntry[]>): AsyncGenerator<string[][]> {
  for await (const entries of batches) yield entries.map(({ activity, found }) => texts.row(activity, found.requestId));
}
