import type { Scope } from '../../domain/scope.ts';
import type { ListedUser } from '../../domain/people/user.ts';
import { paths } from '../http/paths.ts';
import { type LogFilter, type LogPosition, type LogRequest, activityStore } from '../../core/activity/index.ts';
import { usersStore } from '../../core/accounts/index.ts';
import type { ActivityTexts, DisplayEntry } from './entry-texts.ts';
import type { Database } from '../../platform/database/database.ts';

export const logPageSize = 50;
const maxMatches = 8;

/** One page of the log, with the positions of the pages before and after it. */
export interface LogPage {
  readonly days: readonly LogDay[];
  readonly count: number;
  /**
   * The newer page ends before `newer`, and the older page starts after `older`. Each is null if there is no such page.
   */
  readonly newer: LogPosition | null;
  readonly older: LogPosition | null;
}

/** The entries of one day, newest first. */
export interface LogDay {
  /** The time of any entry on that day, in epoch milliseconds. */
  readonly at: number;
  readonly entries: readonly DisplayEntry[];
}

/**
 * Selects a page: the one that starts after `after` or the one that ends before `before`; the newest page if both are
 * null.
 */
export interface LogPageStart {
  readonly after: LogPosition | null;
  readonly before: LogPosition | null;
}

export async function readLogPage(
  database: Database,
  scope: Scope,
  filter: LogFilter,
  { after, before }: LogPageStart,
  texts: ActivityTexts,
): Promise<LogPage> {
  const isForward = after === null && before !== null;
  const request: LogRequest = isForward
    ? { filter, order: 'oldestFirst', after: before, before: null, limit: logPageSize + 1 }
    : { filter, order: 'newestFirst', after: null, before: after, limit: logPageSize + 1 };
  const found = await activityStore.listEntries(database, scope, request);
  const hasMore = found.length > logPageSize;
  const entries = found.slice(0, logPageSize).map(({ activity }) => texts.entry(activity));
  if (isForward) entries.reverse();
  const hasNewer = isForward ? hasMore : after !== null;
  const hasOlder = isForward || hasMore;
  return {
    days: groupByDay(entries),
    count: entries.length,
    newer: hasNewer ? placeOf(entries[0]) : null,
    older: hasOlder ? placeOf(entries.at(-1)) : null,
  };
}

const placeOf = (entry: DisplayEntry | undefined): LogPosition | null =>
  entry === undefined ? null : { at: entry.at, place: entry.place };

function groupByDay(entries: readonly DisplayEntry[]): LogDay[] {
  const days = Map.groupBy(entries, ({ at }) => new Date(at).toDateString());
  return [...days.values()].map((ofDay) => ({ at: ofDay[0]?.at ?? 0, entries: ofDay }));
}

/** The query parameters in the URL of the log. */
interface LogAddress {
  readonly user?: string | null;
  readonly kind?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly after?: LogPosition | null;
  readonly before?: LogPosition | null;
}

/** @returns the URL of the log with its filter, or of the export at `path` */
export function logHref(address: LogAddress, path: string = paths.activityLog): string {
  const { user, kind, from, to, after, before } = address;
  const parameters = new URLSearchParams();
  const given = { user, kind, from, to, after: placeParameter(after), before: placeParameter(before) };
  for (const [name, value] of Object.entries(given)) if (value) parameters.set(name, value);
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

const placeParameter = (place: LogPosition | null | undefined): string | null =>
  place ? `${place.at}-${place.place}` : null;

/**
 * @returns at most `maxMatches` users whose name or user name matches, including deleted users, and whether more match
 */
export async function findUsersByName(
  database: Database,
  scope: Scope,
  typed: string,
): Promise<{ users: readonly ListedUser[]; hasMore: boolean }> {
  const search = { search: typed, level: null, status: null, sort: 'name', descending: false, from: null } as const;
  const deleted = await usersStore.searchDeleted(database, scope, typed, maxMatches + 1);
  const found = [...(await usersStore.page(database, scope, search)), ...deleted];
  return { users: found.slice(0, maxMatches), hasMore: found.length > maxMatches };
}
