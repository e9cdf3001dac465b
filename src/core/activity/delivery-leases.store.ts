import type { Message } from '../../domain/activity/delivery.ts';
import { type Database, preparedQuery } from '../../platform/database/database.ts';
import { type DeliveryRow, toMessage } from './deliveries.store.ts';

/** A delivery that one process has claimed for the length of a lease. */
export interface Delivery<M extends Message = Message> {
  /** The same for every attempt. */
  readonly id: string;
  readonly tenantId: string;
  /** Null for a subscriber that is no user. */
  readonly userId: string | null;
  /** Null for the operator. */
  readonly actorId: string | null;
  readonly message: M;
  /** Of the event, epoch ms. */
  readonly at: number;
  /** Including this one. */
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
 * Claims the delivery of a subscriber that has been due the longest. Of several processes that ask at once, one gets it.
 * @param now epoch ms
 * @param leasedUntil epoch ms after which another process may claim it, if it is still there
 */
export async function claimAcrossTenants(
  database: Database,
  subscriber: string,
  now: number,
  leasedUntil: number,
): Promise<Delivery | null> {
  // Asked every few seconds, mostly in vain: a read that takes no lock.
  if ((await due(database, { subscriber, now })).length === 0) return null;
  const { knex } = database;
  const claimable = () =>
    knex('deliveries')
      .where({ subscriber })
      .where('due_at', '<=', now)
      .where((lease) => void lease.whereNull('leased_until').orWhere('leased_until', '<=', now));
  // The conditions apply to the row itself too: a process that waited for another's claim finds them false.
  const [row] = (await claimable()
    .whereIn('id', claimable().select('id').orderBy('due_at').limit(1))
    .update({ leased_until: leasedUntil, attempts: knex.raw('attempts + 1') })
    .returning('*')) as DeliveryRow[];
  return row === undefined ? null : toDelivery(row);
}

/** Removes a delivery that is done, or given up. */
export async function complete(database: Database, id: string): Promise<void> {
  await database.knex('deliveries').where({ id }).delete();
}

/** Ends the lease of a failed attempt, unless another process has claimed the delivery since. @param dueAt epoch ms */
export async function postpone(database: Database, { id, attempts }: Delivery, dueAt: number): Promise<void> {
  await database.knex('deliveries').where({ id, attempts }).update({ due_at: dueAt, leased_until: null });
}

/** Removes all deliveries of a subscriber that can receive none. */
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
