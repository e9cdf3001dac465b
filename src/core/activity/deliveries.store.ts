import { randomUUID } from 'node:crypto';
import { inChunks } from '../../platform/database/chunks.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ActivityEvent } from '../../domain/activity/event.ts';
import { noticeOf, type LinkNotice, type Notice } from '../../domain/notices.ts';
import { actorIdOf } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';

/** Something that was recorded, with whom it concerns. */
export interface Recorded {
  readonly tenantId: string;
  readonly targetId: string;
  /** Null for the operator. */
  readonly actorId: string | null;
  readonly event: ActivityEvent;
  /** Epoch ms. */
  readonly at: number;
}

/** A row of the outbox. */
export interface NoticeRow {
  id: string;
  user_id: string;
  actor_id: string | null;
  kind: Notice['kind'];
  data: string;
  created_at: number;
  attempts: number;
}

// So many rows fit into one statement of either database.
const rowsAtOnce = 100;

/** Queues what the targets of these events are to be told; most events are told to nobody. */
export async function queue(database: Database, recorded: readonly Recorded[]): Promise<void> {
  await inChunks(recorded.flatMap(toRow), rowsAtOnce, async (some) => {
    await database.knex('mails').insert([...some]);
  });
}

/** Queues one notice for several people of the scope's tenant. @param at epoch ms */
export function tell(
  database: Database,
  scope: Scope,
  userIds: readonly string[],
  notice: Notice,
  at: number,
): Promise<void> {
  return inChunks(userIds, rowsAtOnce, async (some) => {
    const by = { tenantId: scope.tenant.id, actorId: actorIdOf(scope), at };
    await database.knex('mails').insert(some.map((targetId) => rowOf({ ...by, targetId }, notice)));
  });
}

/** Queues mails that bring links to their users. Times in epoch ms. */
export function queueLinks(
  database: Database,
  scope: Scope,
  links: readonly { id: string; userId: string; createdAt: number; expiresAt: number }[],
  kind: LinkNotice['kind'],
): Promise<void> {
  return inChunks(links, rowsAtOnce, async (some) => {
    const rows = some.map(({ id: linkId, userId, createdAt: at, expiresAt: until }) => {
      const ids = { tenantId: scope.tenant.id, targetId: userId, actorId: actorIdOf(scope) };
      return rowOf({ ...ids, at }, { kind, linkId, until });
    });
    await database.knex('mails').insert(rows);
  });
}

/** @returns what one user is still to be told, the oldest first */
export async function listOf(
  database: Database,
  scope: Scope,
  userId: string,
): Promise<{ notice: Notice; at: number }[]> {
  const rows = (await database
    .knex('mails')
    .where({ tenant_id: scope.tenant.id, user_id: userId })
    .orderBy('created_at')) as NoticeRow[];
  return rows.map((row) => ({ notice: toNotice(row), at: row.created_at }));
}

function toRow(recorded: Recorded): object[] {
  const notice = noticeOf(recorded.event);
  return notice === null ? [] : [rowOf(recorded, notice)];
}

function rowOf({ tenantId, targetId, actorId, at }: Omit<Recorded, 'event'>, { kind, ...data }: Notice): object {
  return {
    id: randomUUID(),
    tenant_id: tenantId,
    user_id: targetId,
    actor_id: actorId,
    kind,
    data: JSON.stringify(data),
    created_at: at,
    next_try_at: at,
  };
}

/** @returns the notice that a row of the outbox holds */
export const toNotice = ({ kind, data }: NoticeRow): Notice => ({ kind, ...(JSON.parse(data) as object) }) as Notice;
