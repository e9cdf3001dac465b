import { opaqueValue, type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { AuthenticationMethod } from '../../../domain/people/authentication.ts';
import type { Scope } from '../../../domain/scope.ts';
import { joinGrantDetails, openGrantColumns } from './support-grants.store.ts';
import { liveSessionColumns, toLiveSession, type LiveSession, type LiveSessionRow } from './sessions.mapping.ts';
import { actingUserId } from '../../../domain/principal.ts';

/** A session in its user's list of sessions. The `id` alone does not give access to it. Times in epoch ms. */
export interface OwnSession {
  readonly id: string;
  readonly address: string | null;
  /** The User-Agent of the browser. */
  readonly device: string;
  readonly createdAt: number;
  readonly seenAt: number;
}

interface OwnSessionRow {
  id: string;
  address: string | null;
  device: string;
  created_at: number;
  seen_at: number;
}

const findLive = preparedQuery<LiveSessionRow>('sessions.findLive', (knex, $) =>
  joinGrantDetails(
    knex('user_sessions')
      .join('users', 'users.id', 'user_sessions.user_id')
      .join('tenants', 'tenants.id', 'users.tenant_id')
      // Join only grants of the session's user, even if the session refers to another grant.
      .leftJoin('support_grants as grants', (join) =>
        join.on('grants.id', 'user_sessions.support_grant_id').andOn('grants.operator_id', 'users.id'),
      ),
  )
    .select([...liveSessionColumns])
    .select(openGrantColumns)
    .where('user_sessions.id', opaqueValue(knex, $('id'))),
);

const listOwnQuery = preparedQuery<OwnSessionRow>('sessions.listOwn', (knex, $) =>
  knex('user_sessions')
    .where({ user_id: $('user') })
    .where('seen_at', '>', $('since'))
    .orderBy('seen_at', 'desc')
    .limit(100),
);

/** Looks up a session without a scope: the tenant is that of the session's user. Returns null if it has ended. */
export async function findLiveAcrossTenants(database: Database, id: string): Promise<LiveSession | null> {
  const [row] = await findLive(database, { id });
  return row ? toLiveSession(row) : null;
}

/** Opens a session and stores the time of the sign-in, unless a code is still required. */
export async function open(
  database: Database,
  session: {
    id: string;
    userId: string;
    address: string | null;
    device: string;
    at: number;
    method: 'pwd' | 'link';
    codePending?: boolean;
  },
): Promise<void> {
  await database.knex('user_sessions').insert({
    id: session.id,
    user_id: session.userId,
    address: session.address,
    device: session.device,
    created_at: session.at,
    seen_at: session.at,
    amr: session.method,
    auth_time: session.at,
  });
  if (session.codePending) return;
  await database.knex('users').where({ id: session.userId }).update({ last_sign_in_at: session.at });
}

/**
 * @returns the acting user's sessions that were used since `seenSince`, most recent first.
 * @param seenSince the start of the period, epoch ms
 */
export async function listOwn(database: Database, scope: Scope, seenSince: number): Promise<OwnSession[]> {
  return (await listOwnQuery(database, { user: actingUserId(scope), since: seenSince })).map((row) => ({
    id: row.id,
    address: row.address,
    device: row.device,
    createdAt: row.created_at,
    seenAt: row.seen_at,
  }));
}

/**
 * Ends one of the acting user's sessions.
 * @returns false if the session belonged to another user or had already ended
 */
export async function endOwn(database: Database, scope: Scope, id: string): Promise<boolean> {
  return (
    (await database
      .knex('user_sessions')
      .where({ id, user_id: actingUserId(scope) })
      .delete()) === 1
  );
}

/**
 * Stores how and when a user last authenticated in a session.
 * @param at the time of the authentication, epoch ms
 * @returns false if the session has ended in the meantime
 */
export async function updateAuthentication(
  database: Database,
  session: Pick<LiveSession, 'id' | 'user'>,
  amr: readonly AuthenticationMethod[],
  at: number,
): Promise<boolean> {
  const own = { id: session.id, user_id: session.user.id };
  return (
    (await database
      .knex('user_sessions')
      .where(own)
      .update({ amr: amr.join(' '), auth_time: at })) === 1
  );
}

/** Stores when a user confirmed their password in a session. @param at the time of the confirmation, epoch ms */
export async function markPasswordConfirmed(database: Database, id: string, userId: string, at: number): Promise<void> {
  await database.knex('user_sessions').where({ id, user_id: userId }).update({ auth_time: at });
}

export async function updateLastSeen(database: Database, id: string, at: number): Promise<void> {
  await database.knex('user_sessions').where({ id }).update({ seen_at: at });
}

/** Starts acting under a grant. @returns false if the session already acts under a grant or has ended */
export async function enterSupport(database: Database, id: string, grantId: string): Promise<boolean> {
  return (
    (await database
      .knex('user_sessions')
      .where({ id })
      .whereNull('support_grant_id')
      .update({ support_grant_id: grantId })) === 1
  );
}

/**
 * Stops acting under this grant. Does nothing if the session acts under a different grant.
 * @returns whether the session was acting under this grant
 */
export async function leaveSupport(database: Database, id: string, grantId: string): Promise<boolean> {
  return (
    (await database
      .knex('user_sessions')
      .where({ id, support_grant_id: grantId })
      .update({ support_grant_id: null })) === 1
  );
}

export async function end(database: Database, id: string): Promise<void> {
  await database.knex('user_sessions').where({ id }).delete();
}

/** Ends the sessions of all users in the scope's tenant. */
export async function endAllOfTenant(database: Database, scope: Scope): Promise<void> {
  const ofTenant = database.knex('users').select('id').where({ tenant_id: scope.tenant.id });
  await database.knex('user_sessions').whereIn('user_id', ofTenant).delete();
}

/** @returns the number of sessions of all users in the scope's tenant */
export const countOfTenant = (database: Database, scope: Scope): Promise<number> =>
  countWhere(database, { tenant_id: scope.tenant.id });

/** @returns the number of a user's sessions */
export const countOfUser = (database: Database, scope: Scope, userId: string): Promise<number> =>
  countWhere(database, { tenant_id: scope.tenant.id, id: userId });

async function countWhere({ knex }: Database, users: { tenant_id: string; id?: string }): Promise<number> {
  const ofUsers = knex('user_sessions').whereIn('user_id', knex('users').select('id').where(users));
  const [row] = await ofUsers.count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
}

/**
 * Ends a user's sessions.
 * @param except a session to keep, such as the one in which a password was changed
 * @returns the number of sessions that were ended
 */
export async function endAllOfUser(
  database: Database,
  scope: Scope,
  userId: string,
  except: string | null,
): Promise<number> {
  const ofUser = database.knex('users').select('id').where({ tenant_id: scope.tenant.id, id: userId });
  const sessions = database.knex('user_sessions').whereIn('user_id', ofUser);
  return (except === null ? sessions : sessions.whereNot('id', except)).delete();
}
