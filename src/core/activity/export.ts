import type { LogFilterName, LogFormat } from '../../domain/activity/event.ts';
import type { Scope } from '../../domain/scope.ts';
import { beginLine, endLine, entryLine, filteredEndLine, filteredEntryLine } from './json-lines.ts';
import type { LogFilter, LogPlace } from './log-query.ts';
import { entriesPerBatch } from './reads.store.ts';
import type { LogEntry } from './rows.ts';
import * as activityStore from './activity.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { userOf } from '../../domain/principal.ts';

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

export interface LogExportsDependencies {
  readonly database: Database;
  readonly throttle: ExportThrottle;
  readonly csv: LogCsv;
  readonly clock: () => number;
}

export function record(
  deps: LogExportsDependencies,
  tx: Database,
  scope: Scope,
  format: LogFormat,
  filters: readonly LogFilterName[],
): Promise<void> {
  const { clock } = deps;
  return activityStore.record(tx, scope, { kind: 'activity.exported', format, filters }, null, clock());
}

export function text(
  deps: LogExportsDependencies,
  scope: Scope,
  format: LogFormat,
  filter: LogFilter,
): AsyncGenerator<string> {
  const { csv, database, clock } = deps;
  if (format === 'csv') return csv(scope, batches(database, scope, filter));
  const whole = namesOf(filter).length === 0;
  return whole ? wholeChain(database, scope, clock()) : partOfChain(database, scope, filter, clock());
}

/** Records that the scope's actor takes the log away, then gives it; the record itself is the last entry of a whole one. */
export async function begin(
  deps: LogExportsDependencies,
  scope: Scope,
  format: LogFormat,
  filter: LogFilter,
): Promise<ExportResult> {
  const { throttle, database } = deps;
  const user = userOf(scope.principal);
  const wait = user && (await throttle.takeBudget('logExport', user.userId));
  if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
  await record(deps, database, scope, format, namesOf(filter));
  return { outcome: 'begun', text: text(deps, scope, format, filter) };
}

/** The log of a tenant as a file: few entries are in memory at a time, however many there are. */
export const createLogExports = (deps: LogExportsDependencies) => bind(deps, { record, text, begin });

const names = { user: 'person', group: 'kind', from: 'firstDay', until: 'lastDay' } as const;

const namesOf = (filter: LogFilter): LogFilterName[] =>
  Object.entries(names).flatMap(([key, name]) => (filter[key as keyof LogFilter] === null ? [] : [name]));

async function* batches(database: Database, scope: Scope, filter: LogFilter): AsyncGenerator<readonly LogEntry[]> {
  const request = { filter, order: 'oldestFirst', before: null, limit: entriesPerBatch } as const;
  for (let behind: LogPlace | null = null; ;) {
    const entries: LogEntry[] = await activityStore.stretch(database, scope, { ...request, behind });
    yield entries;
    const last = entries.at(-1)?.activity;
    if (entries.length < entriesPerBatch || last === undefined) return;
    behind = { at: last.at, place: last.place };
  }
}

// By its places, from the first that is left to the one that is the last now: whatever comes later belongs to another export.
async function* wholeChain(database: Database, scope: Scope, at: number): AsyncGenerator<string> {
  const { anchor, length, hash } = await activityStore.endsOfChain(database, scope);
  yield beginLine(scope, null, anchor, at);
  for (let { place } = anchor; place < length;) {
    const entries = await activityStore.batchOfChain(database, scope, place, length);
    const last = entries.at(-1);
    // A chain with a hole is given as it is: that it has one is for the check to say.
    if (last === undefined) break;
    yield entries.map(entryLine).join('');
    ({ place } = last);
  }
  yield endLine(length, hash);
}

async function* partOfChain(database: Database, scope: Scope, filter: LogFilter, at: number): AsyncGenerator<string> {
  let count = 0;
  const { anchor } = await activityStore.endsOfChain(database, scope);
  yield beginLine(scope, filter, anchor, at);
  for await (const entries of batches(database, scope, filter)) {
    count += entries.length;
    yield entries.map(({ found, previousHash }) => filteredEntryLine(found, previousHash)).join('');
  }
  yield filteredEndLine(count);
}
