import type { Knex } from 'knex';
import type { Message } from '../../domain/activity/delivery.ts';
import { latestPlausible } from '../../domain/plausible-time.ts';
import { type Database, preparedQuery } from '../../platform/database/database.ts';
import { type DeliveryRow, toMessage } from './deliveries.store.ts';

/** A delivery that a process has claimed for the duration of a lease. */
export interface Delivery<M extends Message = Message> {
  /** The ID of the delivery, which is the same for every attempt. */
  readonly id: string;
  readonly tenantId: string;
  /** Null for a subscriber that does not deliver to a user. */
  readonly userId: string | null;
  /** The user who caused the event; null for the operator and for jobs. */
  readonly actorId: string | null;
  readonly message: M;
  /** The time of the event, epoch ms. */
  readonly at: number;
  /** The number of attempts, including the current one. */
  readonly attempts: number;
}

/** The longest time between two attempts of a delivery, in ms. */
export const maxWaitMs = 6 * 60 * 60_000;

/** The times, epoch ms, that determine whether a delivery can be claimed. */
interface ClaimTimes {
  readonly now: number;
  /** The latest plausible time of an event. The first attempt is due at the time of the event. */
  readonly lastEvent: number;
  readonly lastDue: number;
  readonly lastLease: number;
}

// Returns the latest plausible times. A later time was stored while a clock was ahead, so the delivery is due, or its
// lease has been abandoned.
function timesOf(now: number, leasedUntil: number): ClaimTimes {
  const lastEvent = latestPlausible(now);
  return { now, lastEvent, lastDue: lastEvent + maxWaitMs, lastLease: latestPlausible(leasedUntil) };
}

function selectClaimable(
  knex: Knex,
  subscriber: Knex.Value,
  { now, lastEvent, lastDue, lastLease }: Readonly<Record<keyof ClaimTimes, Knex.Value>>,
): Knex.QueryBuilder {
  return knex('deliveries')
    .where({ subscriber })
    .whereRaw('(due_at <= ? or due_at > ? or (attempts = 0 and due_at > ?))', [now, lastDue, lastEvent])
    .whereRaw('(leased_until is null or leased_until <= ? or leased_until > ?)', [now, lastLease]);
}

const due = preparedQuery<{ id: string }>('deliveries.due', (knex, $) =>
  selectClaimable(knex, $('subscriber'), {
    now: $('now'),
    lastEvent: $('lastEvent'),
    lastDue: $('lastDue'),
    lastLease: $('lastLease'),
  })
    .select('id')
    .limit(1),
);

/**
 * Claims the subscriber's delivery that has been due the longest. If several processes call this concurrently, only one
 * of them claims it.
 * @param now the current time, epoch ms
 * @param leasedUntil the time in epoch ms after which another process may claim the delivery, if it still exists
 * @returns the claimed delivery; null if none is due or another process has claimed it
 */
export async function claimAcrossTenants(
  database: Database,
  subscriber: string,
  now: number,
  leasedUntil: number,
): Promise<Delivery | null> {
  // Runs every few seconds and usually finds nothing, so read without a lock first.
  const times = timesOf(now, leasedUntil);
  if ((await due(database, { subscriber, ...times })).length === 0) return null;
  const { knex } = database;
  const claimable = () => selectClaimable(knex, subscriber, times);
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
export async function complete(database: Database, id: string): Promise<boolean> {
  return (await database.knex('deliveries').where({ id }).delete()) > 0;
}

/**
 * Ends the lease of a failed attempt, unless another process has claimed the delivery since.
 * @param dueAt the time of the next attempt, epoch ms
 */
export async function postpone(database: Database, { id, attempts }: Delivery, dueAt: number): Promise<void> {
  await database.knex('deliveries').where({ id, attempts }).update({ due_at: dueAt, leased_until: null });
}

/** Deletes all deliveries to a subscriber that has no receiver configured. */
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
