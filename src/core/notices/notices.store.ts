import type { User } from '../../domain/people/user.ts';
import type { Language } from '../../domain/regions.ts';
import { type Database, preparedQuery } from '../../platform/database/database.ts';

/** The recipient of a notice, and the actor of the event that caused it. */
export interface NoticeParties {
  readonly recipient: {
    readonly username: string;
    readonly displayName: string;
    readonly language: Language;
    readonly state: User['state'];
  };
  readonly tenantName: string;
  /** Null if no user caused the event, or if the name of that user was erased. */
  readonly actorName: string | null;
}

interface NoticePartiesRow {
  username: string;
  display_name: string;
  language: Language | null;
  state: User['state'];
  tenant_name: string;
  tenant_language: Language;
  actor_name: string | null;
}

const partiesQuery = preparedQuery<NoticePartiesRow>('notices.parties', (knex, $) =>
  knex('users')
    .join('tenants', 'tenants.id', 'users.tenant_id')
    .leftJoin('users as actor', (on) => void on.on('actor.id', '=', knex.raw('?', [$('actor')])))
    .select([
      ...['username', 'display_name', 'language', 'state'].map((column) => `users.${column}`),
      'tenants.name as tenant_name',
      'tenants.language as tenant_language',
      'actor.display_name as actor_name',
    ])
    .where('users.id', $('user')),
);

/** @returns the current names, email address and language for a notice; null if the recipient no longer exists */
export async function findPartiesAcrossTenants(
  database: Database,
  userId: string,
  actorId: string | null,
): Promise<NoticeParties | null> {
  const [row] = await partiesQuery(database, { user: userId, actor: actorId });
  if (row === undefined) return null;
  return {
    recipient: {
      username: row.username,
      displayName: row.display_name,
      language: row.language ?? row.tenant_language,
      state: row.state,
    },
    tenantName: row.tenant_name,
    actorName: row.actor_name,
  };
}
