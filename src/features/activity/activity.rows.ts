import type { Knex } from 'knex';
import { hmacSha256 } from '../../data/digest.ts';
import type { Activity, ActivityEvent, Participant } from '../../domain/activity.ts';
import { joinPersonal } from '../../domain/activity-personal.ts';
import { pseudonymOf } from '../../domain/pseudonym.ts';

export interface ActivityRow {
  id: number;
  at: number;
  kind: ActivityEvent['kind'];
  data: string;
  actor_id: string | null;
  actor_name: string | null;
  target_id: string | null;
  target_name: string | null;
  personal: string | null;
  pseudonym_key: string | null;
}

/** Entries with the names of who took part, as far as they are still there. */
export const selectActivity = (knex: Knex): Knex.QueryBuilder =>
  knex('activity')
    .leftJoin('users as actor', 'actor.id', 'activity.actor_id')
    .leftJoin('users as target', 'target.id', 'activity.target_id')
    .leftJoin('tenants', 'tenants.id', 'activity.tenant_id')
    .select([
      ...['id', 'at', 'kind', 'data', 'actor_id', 'target_id', 'personal'].map((column) => `activity.${column}`),
      'actor.display_name as actor_name',
      'target.display_name as target_name',
      'tenants.pseudonym_key',
    ]);

export function toActivity(row: ActivityRow): Activity {
  return {
    id: String(row.id),
    at: row.at,
    ...joinPersonal(row.kind, row.data, row.personal),
    actor: participant(row.actor_id, row.actor_name, row.pseudonym_key),
    target: participant(row.target_id, row.target_name, row.pseudonym_key),
  };
}

function participant(id: string | null, name: string | null, key: string | null): Participant | null {
  if (id === null) return null;
  return { id, name, pseudonym: name === null ? pseudonymOf(hmacSha256(key ?? '', id)) : null };
}
