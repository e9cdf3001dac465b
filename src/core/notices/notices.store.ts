import { randomUUID } from 'node:crypto';
import { inChunks } from '../../platform/database/chunks.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ActivityEvent } from '../../domain/activity/event.ts';
import { noticeOf, type LinkNotice, type Notice } from '../../domain/notices.ts';
import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';

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

/** A notice that one dispatcher has taken on for a while. */
export interface TakenNotice {
  readonly id: string;
  /** This try included. */
  readonly attempts: number;
  /** Epoch ms of what it tells of. */
  readonly at: number;
  readonly notice: Notice;
  readonly recipient: {
    readonly username: string;
    readonly displayName: string;
    readonly language: Language;
    readonly state: User['state'];
  };
  readonly tenantName: string;
  readonly by: 'operator' | 'self' | { readonly name: string | null };
}

interface NoticeRow {
  id: string;
  user_id: string;
  actor_id: string | null;
  kind: Notice['kind'];
  data: string;
  created_at: number;
  attempts: number;
}

interface TakenRow extends NoticeRow {
  username: string;
  display_name: string;
  language: Language | null;
  state: User['state'];
  tenant_name: string;
  tenant_language: Language;
  actor_name: string | null;
}

// So many rows fit into one statement of either database.
const rowsAtOnce = 100;

/** The outbox: what is to be told by mail, written in the transaction of what it tells of. */
export function noticesStore(database: Database) {
  const due = database.prepare<{ id: string }>('notices.due', (knex, $) =>
    knex('mails').select('id').where('next_try_at', '<=', $('now')).limit(1),
  );
  const find = database.prepare<TakenRow>('notices.find', (knex, $) =>
    knex('mails')
      .join('users', 'users.id', 'mails.user_id')
      .join('tenants', 'tenants.id', 'mails.tenant_id')
      .leftJoin('users as actor', 'actor.id', 'mails.actor_id')
      .select([
        'mails.*',
        ...['username', 'display_name', 'language', 'state'].map((column) => `users.${column}`),
        'tenants.name as tenant_name',
        'tenants.language as tenant_language',
        'actor.display_name as actor_name',
      ])
      .where('mails.id', $('id')),
  );

  return {
    /** Queues what the targets of these events are to be told; most events are told to nobody. */
    queue: async (recorded: readonly Recorded[]): Promise<void> => {
      await inChunks(recorded.flatMap(toRow), rowsAtOnce, async (some) => {
        await database.knex('mails').insert([...some]);
      });
    },

    /** Queues one notice for several people of the scope's tenant. @param at epoch ms */
    tell: (scope: Scope, userIds: readonly string[], notice: Notice, at: number): Promise<void> =>
      inChunks(userIds, rowsAtOnce, async (some) => {
        const by = { tenantId: scope.tenant.id, actorId: scope.actor?.id ?? null, at };
        await database.knex('mails').insert(some.map((targetId) => rowOf({ ...by, targetId }, notice)));
      }),

    /** Queues mails that bring links to their users. Times in epoch ms. */
    queueLinks: (
      scope: Scope,
      links: readonly { id: string; userId: string; createdAt: number; expiresAt: number }[],
      kind: LinkNotice['kind'],
    ): Promise<void> =>
      inChunks(links, rowsAtOnce, async (some) => {
        const rows = some.map(({ id: linkId, userId, createdAt: at, expiresAt: until }) => {
          const ids = { tenantId: scope.tenant.id, targetId: userId, actorId: scope.actor?.id ?? null };
          return rowOf({ ...ids, at }, { kind, linkId, until });
        });
        await database.knex('mails').insert(rows);
      }),

    /**
     * Takes a notice whose time has come. Of several that ask at once only one gets it.
     * @param until epoch ms after which it is anybody's again, should it still be there
     */
    takeAcrossTenants: async (now: number, until: number): Promise<TakenNotice | null> => {
      // Asked every few seconds, mostly in vain: a read that takes no lock.
      if ((await due({ now })).length === 0) return null;
      const { knex } = database;
      const first = knex('mails').select('id').where('next_try_at', '<=', now).orderBy('next_try_at').limit(1);
      const taken: { id: string }[] = await knex('mails')
        .whereIn('id', first)
        // Asked again of the row itself: whoever waited for another taker finds that its time is off.
        .where('next_try_at', '<=', now)
        .update({ next_try_at: until, attempts: knex.raw('attempts + 1') })
        .returning('id');
      const [row] = taken[0] === undefined ? [] : await find({ id: taken[0].id });
      return row ? toTaken(row) : null;
    },

    remove: async (id: string): Promise<void> => {
      await database.knex('mails').where({ id }).delete();
    },

    /** Puts a notice off, unless another took it on meanwhile. @param until epoch ms */
    postpone: async ({ id, attempts }: TakenNotice, until: number): Promise<void> => {
      await database.knex('mails').where({ id, attempts }).update({ next_try_at: until });
    },

    /** Throws everything away, for a portal without mail. */
    removeAllForOperator: async (): Promise<void> => {
      await database.knex('mails').delete();
    },

    /** @returns what one user is still to be told, the oldest first */
    listOf: async (scope: Scope, userId: string): Promise<{ notice: Notice; at: number }[]> => {
      const rows = (await database
        .knex('mails')
        .where({ tenant_id: scope.tenant.id, user_id: userId })
        .orderBy('created_at')) as NoticeRow[];
      return rows.map((row) => ({ notice: toNotice(row), at: row.created_at }));
    },
  };
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
    ...{ kind, data: JSON.stringify(data), created_at: at, next_try_at: at },
  };
}

const toNotice = ({ kind, data }: NoticeRow): Notice => ({ kind, ...(JSON.parse(data) as object) }) as Notice;

function toTaken(row: TakenRow): TakenNotice {
  return {
    id: row.id,
    attempts: row.attempts,
    at: row.created_at,
    notice: toNotice(row),
    recipient: {
      username: row.username,
      displayName: row.display_name,
      language: row.language ?? row.tenant_language,
      state: row.state,
    },
    tenantName: row.tenant_name,
    by: byOf(row),
  };
}

function byOf({ actor_id: actor, user_id: user, actor_name: name }: TakenRow): TakenNotice['by'] {
  if (actor === null) return 'operator';
  return actor === user ? 'self' : { name };
}
