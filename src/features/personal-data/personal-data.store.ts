import type { Database } from '../../data/database.ts';
import type { Activity } from '../../domain/activity.ts';
import type { Scope } from '../../domain/scope.ts';
import { selectActivity, toActivity, type ActivityRow } from '../activity/activity.rows.ts';
import type { OwnSession } from '../sessions/sessions.store.ts';

/** An entry's part in a person's life: it concerns them, or they did it to somebody else. */
export type Side = 'about' | 'by';

const entriesAtOnce = 1_000;
const latestShown = 100;

/** What the database holds of one person beside their own row. */
export function personalDataStore(database: Database) {
  const entries = (side: Side, direction: 'asc' | 'desc') =>
    database.prepare<ActivityRow>(`personalData.${side} ${direction}`, (knex, $) => {
      const query = selectActivity(knex)
        .where('activity.tenant_id', $('tenant'))
        .where(side === 'about' ? 'activity.target_id' : 'activity.actor_id', $('user'))
        .where('activity.id', direction === 'asc' ? '>' : '<', $('from'))
        .orderBy('activity.id', direction)
        .limit(direction === 'asc' ? entriesAtOnce : latestShown + 1);
      // What somebody did to themselves concerns them, and stands there.
      if (side === 'by') query.whereRaw('(activity.target_id is null or activity.target_id <> ?)', [$('user')]);
      return query;
    });
  const oldest = { about: entries('about', 'asc'), by: entries('by', 'asc') };
  const latest = { about: entries('about', 'desc'), by: entries('by', 'desc') };

  return {
    /** Reads all entries, the oldest first, some at a time: there may be a hundred thousand. */
    async *entries(scope: Scope, userId: string, side: Side): AsyncGenerator<Activity> {
      for (let from = 0; ;) {
        const rows = await oldest[side]({ tenant: scope.tenant.id, user: userId, from });
        yield* rows.map(toActivity);
        if (rows.length < entriesAtOnce) return;
        from = rows.at(-1)?.id ?? from;
      }
    },

    /** @returns the latest entries, newest first, and whether there are earlier ones */
    latest: async (scope: Scope, userId: string): Promise<{ entries: Activity[]; more: boolean }> => {
      const values = { tenant: scope.tenant.id, user: userId, from: Number.MAX_SAFE_INTEGER };
      const rows = [...(await latest.about(values)), ...(await latest.by(values))].sort(
        (one, other) => other.id - one.id,
      );
      return { entries: rows.slice(0, latestShown).map(toActivity), more: rows.length > latestShown };
    },

    /** @returns the sessions of a user of the tenant, the latest first; their ids open nothing and stay out all the same */
    sessions: async (scope: Scope, userId: string): Promise<Omit<OwnSession, 'id'>[]> => {
      const rows = (await database
        .knex('user_sessions')
        .join('users', 'users.id', 'user_sessions.user_id')
        .select(['address', 'device', 'seen_at', 'user_sessions.created_at'])
        .where({ 'users.tenant_id': scope.tenant.id, user_id: userId })
        .orderBy('seen_at', 'desc')) as {
        address: string | null;
        device: string;
        created_at: number;
        seen_at: number;
      }[];
      return rows.map(({ address, device, created_at, seen_at }) => ({
        ...{ address, device },
        createdAt: created_at,
        seenAt: seen_at,
      }));
    },
  };
}
