import type { LogFilterName, LogFormat } from '../../domain/activity/event.ts';
import type { Scope } from '../../domain/scope.ts';
import { beginLine, endLine, entryLine, filteredEndLine, filteredEntryLine } from './export-format.ts';
import type { LogFilter, LogPosition } from './log-query.ts';
import { entriesPerBatch } from './read-entries.store.ts';
import type { LogEntry } from './activity.mapping.ts';
import * as activityStore from './activity.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { userOf } from '../../domain/principal.ts';

export type ExportResult =
  /** The file in chunks, which are generated as they are consumed. */
  | { readonly outcome: 'begun'; readonly text: AsyncGenerator<string> }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/** Limits how often one user may export the log. */
export interface ExportThrottle {
  /** @returns the number of seconds to wait if the budget is exhausted; null otherwise */
  consumeBudget(of: 'logExport', userId: string): Promise<{ readonly retryAfter: number } | null>;
}

/** Formats entries as CSV in the reader's language. The chunks are generated as they are consumed. */
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
  const isWhole = filterNamesIn(filter).length === 0;
  return isWhole ? exportWholeChain(database, scope, clock()) : exportFilteredEntries(database, scope, filter, clock());
}

/** Records the export, then starts it. An unfiltered export therefore ends with the entry that records it. */
export async function begin(
  deps: LogExportsDependencies,
  scope: Scope,
  format: LogFormat,
  filter: LogFilter,
): Promise<ExportResult> {
  const { throttle, database } = deps;
  const user = userOf(scope.principal);
  const wait = user && (await throttle.consumeBudget('logExport', user.userId));
  if (wait !== null) return { outcome: 'throttled', retryAfter: wait.retryAfter };
  await record(deps, database, scope, format, filterNamesIn(filter));
  return { outcome: 'begun', text: text(deps, scope, format, filter) };
}

/** Exports a tenant's log as a file, in batches: only a few entries are in memory at any time. */
export const createLogExports = (deps: LogExportsDependencies) => bind(deps, { record, text, begin });

const filterNames = { user: 'person', group: 'kind', from: 'firstDay', until: 'lastDay' } as const;

const filterNamesIn = (filter: LogFilter): LogFilterName[] =>
  Object.entries(filterNames).flatMap(([key, name]) => (filter[key as keyof LogFilter] === null ? [] : [name]));

async function* batches(database: Database, scope: Scope, filter: LogFilter): AsyncGenerator<readonly LogEntry[]> {
  const request = { filter, order: 'oldestFirst', before: null, limit: entriesPerBatch } as const;
  for (let after: LogPosition | null = null; ;) {
    const entries: LogEntry[] = await activityStore.listEntries(database, scope, { ...request, after });
    yield entries;
    const last = entries.at(-1)?.activity;
    if (entries.length < entriesPerBatch || last === undefined) return;
    after = { at: last.at, place: last.place };
  }
}

// Exports the chain from the oldest remaining entry to the one that was last when the export started.
async function* exportWholeChain(database: Database, scope: Scope, at: number): AsyncGenerator<string> {
  const { anchor, length, hash } = await activityStore.getChainEnds(database, scope);
  yield beginLine(scope, null, anchor, at);
  for (let { place } = anchor; place < length;) {
    const entries = await activityStore.readChainBatch(database, scope, place, length);
    const last = entries.at(-1);
    // A gap in the chain does not fail the export, because the verification of the file reports it.
    if (last === undefined) break;
    yield entries.map(entryLine).join('');
    ({ place } = last);
  }
  yield endLine(length, hash);
}

async function* exportFilteredEntries(
  database: Database,
  scope: Scope,
  filter: LogFilter,
  at: number,
): AsyncGenerator<string> {
  let count = 0;
  const { anchor } = await activityStore.getChainEnds(database, scope);
  yield beginLine(scope, filter, anchor, at);
  for await (const entries of batches(database, scope, filter)) {
    count += entries.length;
    yield entries.map(({ found, previousHash }) => filteredEntryLine(found, previousHash)).join('');
  }
  yield filteredEndLine(count);
}
