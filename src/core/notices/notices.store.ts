import { type Database, preparedQuery } from '../../platform/database/database.ts';
import type { Notice } from '../../domain/notices.ts';
import { toNotice, type NoticeRow } from '../activity/index.ts';
import type { Language } from '../../domain/regions.ts';
import type { User } from '../../domain/people/user.ts';

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

interface TakenRow extends NoticeRow {
  username: string;
  display_name: string;
  language: Language | null;
  state: User['state'];
  tenant_name: string;
  tenant_language: Language;
  actor_name: string | null;
}

const due = preparedQuery<{ id: string }>('notices.due', (knex, $) =>
  knex('mails').select('id').where('next_try_at', '<=', $('now')).limit(1),
);

const find = preparedQuery<TakenRow>('notices.find', (knex, $) =>
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

/**
 * Takes a notice whose time has come. Of several that ask at once only one gets it.
 * @param until epoch ms after which it is anybody's again, should it still be there
 */
export async function takeAcrossTenants(database: Database, now: number, until: number): Promise<TakenNotice | null> {
  // Asked every few seconds, mostly in vain: a read that takes no lock.
  if ((await due(database, { now })).length === 0) return null;
  const { knex } = database;
  const first = knex('mails').select('id').where('next_try_at', '<=', now).orderBy('next_try_at').limit(1);
  const taken: { id: string }[] = await knex('mails')
    .whereIn('id', first)
    // Asked again of the row itself: whoever waited for another taker finds that its time is off.
    .where('next_try_at', '<=', now)
    .update({ next_try_at: until, attempts: knex.raw('attempts + 1') })
    .returning('id');
  const [row] = taken[0] === undefined ? [] : await find(database, { id: taken[0].id });
  return row ? toTaken(row) : null;
}

export async function remove(database: Database, id: string): Promise<void> {
  await database.knex('mails').where({ id }).delete();
}

/** Puts a notice off, unless another took it on meanwhile. @param until epoch ms */
export async function postpone(database: Database, { id, attempts }: TakenNotice, until: number): Promise<void> {
  await database.knex('mails').where({ id, attempts }).update({ next_try_at: until });
}

/** Throws everything away, for a portal without mail. */
export async function removeAllForOperator(database: Database): Promise<void> {
  await database.knex('mails').delete();
}

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
