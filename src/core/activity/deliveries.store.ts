import { randomUUID } from 'node:crypto';
import type { Message, RecordedEvent } from '../../domain/activity/delivery.ts';
import { actorIdOf } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';
import { processInChunks } from '../../platform/database/chunks.ts';
import type { Database } from '../../platform/database/database.ts';
import { subscribersOf } from './subscribers.ts';

/** An event as recorded in a tenant's log. */
export interface RecordedEntry extends RecordedEvent {
  readonly tenantId: string;
  /** The acting user; null for the operator and for jobs. */
  readonly actorId: string | null;
  /** The place of the entry in the tenant's log. */
  readonly place: number;
  /** Epoch ms. */
  readonly at: number;
}

/** A message to a user that does not correspond to a single log entry. */
export interface DirectMessage {
  readonly userId: string;
  readonly message: Message;
  /** Epoch ms. */
  readonly at: number;
  /** The time of the first attempt, epoch ms; `at` by default. */
  readonly dueAt?: number;
}

/** A row of `deliveries`. */
export interface DeliveryRow {
  id: string;
  subscriber: string;
  tenant_id: string;
  /** The place of the entry in the tenant's log; null for a direct message. */
  event_place: number | null;
  user_id: string | null;
  actor_id: string | null;
  kind: string;
  data: string;
  created_at: number;
  attempts: number;
  due_at: number;
  leased_until: number | null;
}

// Both databases accept at least this many rows per statement.
const rowsPerInsert = 100;

/**
 * Inserts a delivery for each registered subscriber that handles one of these events, in the transaction that records
 * them.
 */
export async function insertFor(database: Database, entries: readonly RecordedEntry[]): Promise<void> {
  const rows = subscribersOf(database).flatMap(({ name, messageFor }) =>
    entries.flatMap((entry) => {
      const message = messageFor(entry);
      return message === null ? [] : [newRow({ subscriber: name, ...entry, userId: entry.targetId }, message)];
    }),
  );
  await insert(database, rows);
}

/** Inserts deliveries to users of the scope's tenant. */
export async function enqueue(
  database: Database,
  scope: Scope,
  subscriber: string,
  messages: readonly DirectMessage[],
): Promise<void> {
  const by = { subscriber, tenantId: scope.tenant.id, actorId: actorIdOf(scope), place: null };
  await insert(
    database,
    messages.map(({ message, ...rest }) => newRow({ ...by, ...rest }, message)),
  );
}

/** @returns the pending messages to a user, oldest first. `at` is in epoch ms. */
export async function listOf(
  database: Database,
  scope: Scope,
  subscriber: string,
  userId: string,
): Promise<{ message: Message; at: number }[]> {
  const rows = (await database
    .knex('deliveries')
    .where({ tenant_id: scope.tenant.id, user_id: userId, subscriber })
    .orderBy('created_at')) as DeliveryRow[];
  return rows.map((row) => ({ message: toMessage(row), at: row.created_at }));
}

/** @returns the message stored in a row */
export const toMessage = ({ kind, data }: DeliveryRow): Message => Object.assign({ kind }, JSON.parse(data) as object);

async function insert(database: Database, rows: readonly DeliveryRow[]): Promise<void> {
  await processInChunks(rows, rowsPerInsert, async (some) => {
    await database.knex('deliveries').insert([...some]);
  });
}

interface Facts extends Pick<RecordedEntry, 'tenantId' | 'actorId' | 'at'> {
  readonly subscriber: string;
  readonly userId: string | null;
  readonly place: number | null;
  readonly dueAt?: number;
}

function newRow(facts: Facts, { kind, ...data }: Message): DeliveryRow {
  return {
    id: randomUUID(),
    subscriber: facts.subscriber,
    tenant_id: facts.tenantId,
    event_place: facts.place,
    user_id: facts.userId,
    actor_id: facts.actorId,
    kind,
    data: JSON.stringify(data),
    created_at: facts.at,
    attempts: 0,
    due_at: facts.dueAt ?? facts.at,
    leased_until: null,
  };
}
