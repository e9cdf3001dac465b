import type { LogFilterName, LogFormat } from '../../domain/activity/event.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import { beginLine, endLine, entryLine, filteredEndLine, filteredEntryLine } from './json-lines.ts';
import type { LogFilter, LogPlace } from './log-query.ts';
import { entriesPerBatch } from './reads.store.ts';
import type { LogEntry } from './rows.ts';

export type ExportResult =
  /** The file in pieces, each made when the one before it was taken. */
  | { readonly outcome: 'begun'; readonly text: AsyncGenerator<string> }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/** Limits how often one user may export the log. */
export interface ExportThrottle {
  /** @returns null, or how many seconds to wait */
  takeBudget(of: 'logExport', userId: string): Promise<{ readonly retryAfter: number } | null>;
}

/** Writes entries as CSV in the reader's language, each piece when the one before it was taken. */
export type LogCsv = (scope: Scope, batches: AsyncIterable<readonly LogEntry[]>) => AsyncGenerator<string>;

export type LogExports = ReturnType<typeof createLogExports>;

/** The log of a tenant as a file: few entries are in memory at a time, however many there are. */
export function createLogExports(parts: {
  stores: Stores;
  throttle: ExportThrottle;
  csv: LogCsv;
  clock: () => number;
}) {
  const { stores, throttle, csv, clock } = parts;

  const record = (within: Stores, scope: Scope, format: LogFormat, filters: readonly LogFilterName[]): Promise<void> =>
    within.activity.record(scope, { kind: 'activity.exported', format, filters }, null, clock());

  function text(scope: Scope, format: LogFormat, filter: LogFilter): AsyncGenerator<string> {
    if (format === 'csv') return csv(scope, batches(stores, scope, filter));
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
      await record(stores, scope, format, namesOf(filter));
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
