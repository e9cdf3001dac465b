import type { LogFilterName, LogFormat } from '../../domain/activity/event.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import { csvText } from '../../site/http/csv-text.ts';
import type { Throttle } from '../accounts/throttles/throttle.ts';
import { beginLine, endLine, entryLine, filteredEndLine, filteredEntryLine } from './json-lines.ts';
import type { LogFilter, LogPlace } from './log-query.ts';
import { entriesPerBatch } from './reads.store.ts';
import type { LogEntry } from './rows.ts';
import type { ActivityWords, WordsFor } from '../../site/activity/words.ts';

export type ExportResult =
  /** The file in pieces, each made when the one before it was taken. */
  | { readonly outcome: 'begun'; readonly text: AsyncGenerator<string> }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

export type LogExports = ReturnType<typeof createLogExports>;

/** The log of a tenant as a file: few entries are in memory at a time, however many there are. */
export function createLogExports(parts: {
  stores: Stores;
  throttle: Throttle;
  wordsFor: WordsFor;
  clock: () => number;
}) {
  const { stores, throttle, wordsFor, clock } = parts;

  const record = (within: Stores, scope: Scope, format: LogFormat, filter: LogFilter): Promise<void> =>
    within.activity.record(scope, { kind: 'activity.exported', format, filters: namesOf(filter) }, null, clock());

  function text(scope: Scope, format: LogFormat, filter: LogFilter): AsyncGenerator<string> {
    if (format === 'csv') {
      const words = wordsFor(scope.language);
      return csvText(words.columns(), csvRows(stores, scope, filter, words), scope.language);
    }
    const whole = namesOf(filter).length === 0;
    return whole ? wholeChain(stores, scope, clock()) : partOfChain(stores, scope, filter, clock());
  }

  return {
    record,
    text,

    /** Records that the scope's actor takes the log away, then gives it; the record itself is the last entry of a whole one. */
    begin: async (scope: Scope, format: LogFormat, filter: LogFilter): Promise<ExportResult> => {
      const wait = scope.actor === null ? null : await throttle.takeBudget('logExport', scope.actor.id);
      if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
      await record(stores, scope, format, filter);
      return { outcome: 'begun', text: text(scope, format, filter) };
    },
  };
}

const names = { user: 'person', group: 'kind', from: 'firstDay', until: 'lastDay' } as const;

const namesOf = (filter: LogFilter): LogFilterName[] =>
  Object.entries(names).flatMap(([key, name]) => (filter[key as keyof LogFilter] === null ? [] : [name]));

async function* batches(stores: Stores, scope: Scope, filter: LogFilter): AsyncGenerator<readonly LogEntry[]> {
  const request = { filter, order: 'oldestFirst', before: null, limit: entriesPerBatch } as const;
  for (let behind: LogPlace | null = null; ;) {
    const entries: LogEntry[] = await stores.activity.stretch(scope, { ...request, behind });
    yield entries;
    const last = entries.at(-1)?.activity;
    if (entries.length < entriesPerBatch || last === undefined) return;
    behind = { at: last.at, place: last.place };
  }
}

// By its places, from the first that is left to the one that is the last now: whatever comes later belongs to another export.
async function* wholeChain(stores: Stores, scope: Scope, at: number): AsyncGenerator<string> {
  const { anchor, length, hash } = await stores.activity.endsOfChain(scope);
  yield beginLine(scope, null, anchor, at);
  for (let { place } = anchor; place < length;) {
    const entries = await stores.activity.batchOfChain(scope, place, length);
    const last = entries.at(-1);
    // A chain with a hole is given as it is: that it has one is for the check to say.
    if (last === undefined) break;
    yield entries.map(entryLine).join('');
    ({ place } = last);
  }
  yield endLine(length, hash);
}

async function* partOfChain(stores: Stores, scope: Scope, filter: LogFilter, at: number): AsyncGenerator<string> {
  let count = 0;
  const { anchor } = await stores.activity.endsOfChain(scope);
  yield beginLine(scope, filter, anchor, at);
  for await (const entries of batches(stores, scope, filter)) {
    count += entries.length;
    yield entries.map(({ found, previousHash }) => filteredEntryLine(found, previousHash)).join('');
  }
  yield filteredEndLine(count);
}

async function* csvRows(
  stores: Stores,
  scope: Scope,
  filter: LogFilter,
  words: ActivityWords,
): AsyncGenerator<string[][]> {
  for await (const entries of batches(stores, scope, filter)) {
    yield entries.map(({ activity, found }) => words.row(activity, found.requestId));
  }
}
