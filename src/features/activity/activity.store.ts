import type { Database } from '../../data/database.ts';
import type { Activity, ActivityEvent } from '../../domain/activity.ts';
import type { RegionScope, Scope } from '../../domain/scope.ts';

interface ActivityRow {
  id: number;
  at: number;
  kind: ActivityEvent['kind'];
  data: string;
  actor_id: string | null;
  actor_name: string | null;
  target_id: string | null;
  target_name: string | null;
  address: string | null;
}

export function activityStore(database: Database) {
  const latestOfUser = database.prepare<ActivityRow>('activity.latestOfUser', (knex, $) =>
    knex('activity')
      .leftJoin('users as actor', 'actor.id', 'activity.actor_id')
      .leftJoin('users as target', 'target.id', 'activity.target_id')
      .select([
        'activity.id',
        'activity.at',
        'activity.kind',
        'activity.data',
        'activity.actor_id',
        'activity.target_id',
        'activity.address',
        'actor.display_name as actor_name',
        'target.display_name as target_name',
      ])
      .where({ 'activity.tenant_id': $('tenant'), 'activity.target_id': $('user') })
      .orderBy('activity.id', 'desc')
      .limit(10),
  );

  const insert = async (
    scope: RegionScope,
    ids: { tenant: string | null; actor: string | null; target: string | null },
    { kind, ...data }: ActivityEvent,
    at: number,
  ): Promise<void> => {
    await database.knex('activity').insert({
      tenant_id: ids.tenant,
      at,
      kind,
      data: JSON.stringify(data),
      actor_id: ids.actor,
      target_id: ids.target,
      address: scope.address,
      request_id: scope.requestId,
    });
  };

  return {
    /** Records what the scope's actor did to a user of the tenant, or to nobody. */
    record: (scope: Scope, event: ActivityEvent, targetId: string | null, at: number): Promise<void> =>
      insert(scope, { tenant: scope.tenant.id, actor: scope.actor?.id ?? null, target: targetId }, event, at),

    /** Records a try to sign in, when nobody is known yet: the typed name is not kept, it may be a mistyped password. */
    recordSignIn: (
      scope: RegionScope,
      user: { id: string; tenantId: string } | null,
      event: ActivityEvent,
      at: number,
    ): Promise<void> => {
      const actor = event.kind === 'signIn.succeeded' ? (user?.id ?? null) : null;
      return insert(scope, { tenant: user?.tenantId ?? null, actor, target: user?.id ?? null }, event, at);
    },

    /** @returns the ten latest events that concern a user, newest first */
    latestOfUser: async (scope: Scope, userId: string): Promise<Activity[]> =>
      (await latestOfUser({ tenant: scope.tenant.id, user: userId })).map(toActivity),
  };
}

function toActivity(row: ActivityRow): Activity {
  return {
    id: String(row.id),
    at: row.at,
    event: { kind: row.kind, ...(JSON.parse(row.data) as object) } as ActivityEvent,
    actor: row.actor_id === null ? null : { id: row.actor_id, name: row.actor_name ?? '' },
    target: row.target_id === null ? null : { id: row.target_id, name: row.target_name ?? '' },
    address: row.address,
  };
}
