import type { Scope } from '../../domain/scope.ts';
import type { ListedUser } from '../../domain/people/user.ts';
import { paths } from '../http/paths.ts';
import { type LogFilter, type LogPosition, type LogRequest, activityStore } from '../../core/activity/index.ts';
import { usersStore } from '../../core/accounts/index.ts';
import type { ActivityWords, WordedEntry } from './words.ts';
import type { Database } from '../../platform/database/database.ts';

export const logPageSize = 50;
const maxChoices = 8;

/** A page of the log: which stretch, and how to get to those around it. */
export interface LogPage {
  readonly days: readonly LogDay[];
  readonly count: number;
  /** Where the newer page ends, and the older one begins; null where there is none. */
  readonly newer: LogPosition | null;
  readonly older: LogPosition | null;
}

/** What happened on one day, newest first. */
export interface LogDay {
  /** Some moment of it, epoch ms. */
  readonly at: number;
  readonly entries: readonly WordedEntry[];
}

/** Where a page begins: behind a place, going back in time, or before one, going forward. */
export interface LogPageStart {
  readonly after: LogPosition | null;
  readonly before: LogPosition | null;
}

export async function readLogPage(
  database: Database,
  scope: Scope,
  filter: LogFilter,
  { after, before }: LogPageStart,
  words: ActivityWords,
): Promise<LogPage> {
  const forward = after === null && before !== null;
  const request: LogRequest = forward
    ? { filter, order: 'oldestFirst', after: before, before: null, limit: logPageSize + 1 }
    : { filter, order: 'newestFirst', after: null, before: after, limit: logPageSize + 1 };
  const found = await activityStore.listEntries(database, scope, request);
  const further = found.length > logPageSize;
  const entries = found.slice(0, logPageSize).map(({ activity }) => words.entry(activity));
  if (forward) entries.reverse();
  const hasNewer = forward ? further : after !== null;
  const hasOlder = forward || further;
  return {
    days: byDay(entries),
    count: entries.length,
    newer: hasNewer ? placeOf(entries[0]) : null,
    older: hasOlder ? placeOf(entries.at(-1)) : null,
  };
}

const placeOf = (entry: WordedEntry | undefined): LogPosition | null =>
  entry === undefined ? null : { at: entry.at, place: entry.place };

function byDay(entries: readonly WordedEntry[]): LogDay[] {
  const days = Map.groupBy(entries, ({ at }) => new Date(at).toDateString());
  return [...days.values()].map((ofDay) => ({ at: ofDay[0]?.at ?? 0, entries: ofDay }));
}

/** What an address of the log can hold. */
interface LogAddress {
  readonly user?: string | null;
  readonly kind?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly after?: LogPosition | null;
  readonly before?: LogPosition | null;
}

/** @returns an address of the log, or of its export, with what it is narrowed to */
export function logHref(address: LogAddress, path: string = paths.activityLog): string {
  const { user, kind, from, to, after, before } = address;
  const parameters = new URLSearchParams();
  const given = { user, kind, from, to, after: textOf(after), before: textOf(before) };
  for (const [name, value] of Object.entries(given)) if (value) parameters.set(name, value);
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

const textOf = (place: LogPosition | null | undefined): string | null => (place ? `${place.at}-${place.place}` : null);

/** @returns the few users whom a reader may mean by a name or user name, the deleted ones too, and whether there are more */
export async function findPeople(
  database: Database,
  scope: Scope,
  typed: string,
): Promise<{ people: readonly ListedUser[]; more: boolean }> {
  const search = { search: typed, level: null, status: null, sort: 'name', descending: false, from: null } as const;
  const deleted = await usersStore.searchDeleted(database, scope, typed, maxChoices + 1);
  const people = [...(await usersStore.page(database, scope, search)), ...deleted];
  return { people: people.slice(0, maxChoices), more: people.length > maxChoices };
}
