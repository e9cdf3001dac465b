import type { Database } from '../../platform/database/database.ts';
import type { Activity } from '../../domain/activity/event.ts';
import type { Scope } from '../../domain/scope.ts';
import { wholeLog, type LogPosition, listEntries } from '../activity/index.ts';
import { type LiveSession, type OwnSession, toAmr } from '../accounts/index.ts';

/** Whether a user is the target of an entry, or the actor of an entry about another user. */
export type Side = 'about' | 'by';

// Actions of users on their own accounts count as `about`.
const sideOf = ({ target }: Activity, userId: string): Side => (target?.id === userId ? 'about' : 'by');

/** A session as it is exported, without its ID. */
export type ExportedSession = Omit<OwnSession, 'id'> & Pick<LiveSession, 'amr' | 'authTime'>;

const entriesPerQuery = 1_000;
const maxLatest = 100;

function filterFor(user: string) {
  return { ...wholeLog, user };
}

/** Reads all entries, the oldest first, in batches, because there may be a hundred thousand. */
export async function* entries(database: Database, scope: Scope, userId: string, side: Side): AsyncGenerator<Activity> {
  for (let after: LogPosition | null = null; ;) {
    const request = {
      filter: filterFor(userId),
      order: 'oldestFirst',
      after,
      before: null,
      limit: entriesPerQuery,
    } as const;
    const found: Activity[] = (await listEntries(database, scope, request)).map(({ activity }) => activity);
    yield* found.filter((activity) => sideOf(activity, userId) === side);
    const last = found.at(-1);
    if (last === undefined || found.length < entriesPerQuery) return;
    after = { at: last.at, place: last.place };
  }
}

/** @returns the latest entries, newest first, and whether there are earlier ones */
export async function latest(
  database: Database,
  scope: Scope,
  userId: string,
): Promise<{ entries: Activity[]; more: boolean }> {
  const limit = maxLatest + 1;
  const request = { filter: filterFor(userId), order: 'newestFirst', after: null, before: null, limit } as const;
  const found = (await listEntries(database, scope, request)).map(({ activity }) => activity);
  return { entries: found.slice(0, maxLatest), more: found.length > maxLatest };
}

/** @returns the sessions of a user of the tenant, the latest first */
export async function sessions(database: Database, scope: Scope, userId: string): Promise<ExportedSession[]> {
  const rows = (await database
    .knex('user_sessions')
    .join('users', 'users.id', 'user_sessions.user_id')
    .select(['address', 'device', 'seen_at', 'user_sessions.created_at', 'amr', 'auth_time'])
    .where({ 'users.tenant_id': scope.tenant.id, user_id: userId })
    .orderBy('seen_at', 'desc')) as {
    address: string | null;
    device: string;
    created_at: number;
    seen_at: number;
    amr: string;
    auth_time: number;
  }[];
  return rows.map(({ address, device, created_at, seen_at, amr, auth_time }) => ({
    address,
    device,
    createdAt: created_at,
    seenAt: seen_at,
    amr: toAmr(amr),
    authTime: auth_time,
  }));
}
