import type { Message } from '../../domain/activity/delivery.ts';
import { type Database, preparedQuery } from '../../platform/database/database.ts';
import { type DeliveryRow, toMessage } from './deliveries.store.ts';

/** A delivery that a process has claimed for the duration of a lease. */
export interface Delivery<M extends Message = Message> {
  /** The same for every attempt. */
  readonly id: string;
  readonly tenantId: string;
  /** Null for a subscriber that does not deliver to a user. */
  readonly userId: string | null;
  /** Null for the operator. */
  readonly actorId: string | null;
  readonly message: M;
  /** Time of the event, epoch ms. */
  readonly at: number;
  /** Number of attempts, including the current one. */
  readonly attempts: number;
}

const due = preparedQuery<{ id: string }>('deliveries.due', (knex, $) =>
  knex('deliveries')
    .select('id')
    .where({ subscriber: $('subscriber') })
    .where('due_at', '<=', $('now'))
    .where((lease) => void lease.whereNull('leased_until').orWhere('leased_until', '<=', $('now')))
    .limit(1),
);

/**
 * Claims the delivery to a subscriber that has been due the longest. If several processes call this concurrently, only
 * one of them claims it.
 * @param now the current time, epoch ms
 * @param leasedUntil the time in epoch ms after which another process may claim the delivery, if it still exists
 */
export async function claimAcrossTenants(
  database: Database,
  subscriber: string,
  now: number,
  leasedUntil: number,
): Promise<Delivery | null> {
  // Runs every few seconds and usually finds nothing, so read without a lock first.
  if ((await due(database, { subscriber, now })).length === 0) return null;
  const { knex } = database;
  const claimable = () =>
    knex('deliveries')
      .where({ subscriber })
      .where('due_at', '<=', now)
      .where((lease) => void lease.whereNull('leased_until').orWhere('leased_until', '<=', now));
  // The update repeats the conditions, so that a process that waited for a concurrent claim does not claim the same
  // row.
  const [row] = (await claimable()
    .whereIn('id', claimable().select('id').orderBy('due_at').limit(1))
    .update({ leased_until: leasedUntil, attempts: knex.raw('attempts + 1') })
    .returning('*')) as DeliveryRow[];
  return row === undefined ? null : toDelivery(row);
}

/**
 * Removes a delivery that has been delivered or given up.
 * @returns false if another process has already removed it
 */
export async function complete(database: Database, { id }: Pick<Delivery, 'id'>): Promise<boolean> {
  return (await database.knex('deliveries').where({ id }).delete()) > 0;
}

/**
 * Ends the lease of a failed attempt, unless another process has claimed the delivery since.
 * @param dueAt the time of the next attempt, epoch ms
 */
export async function postpone(database: Database, { id, attempts }: Delivery, dueAt: number): Promise<void> {
  await database.knex('deliveries').where({ id, attempts }).update({ due_at: dueAt, leased_until: null });
}

/** Removes all deliveries of a subscriber that cannot receive any. */
export async function discardAllForOperator(database: Database, subscriber: string): Promise<void> {
  await database.knex('deliveries').where({ subscriber }).delete();
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    actorId: row.actor_id,
    message: toMessage(row),
    at: row.created_at,
    attempts: row.attempts,
  };
}
