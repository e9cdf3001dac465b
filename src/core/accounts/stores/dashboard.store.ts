import { type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { toUser, userColumns, type UserRow } from './users.mapping.ts';

/**
 * The dashboard counts up to this number: a higher count is not useful, and counting many rows exactly is expensive.
 */
export const maxCounted = 100;
const maxManagers = 5;

/**
 * The numbers of active users whose temporary password or one-time link has expired or expires soon. Each number is at
 * most `maxCounted + 1`.
 */
export interface TemporaryPasswords {
  readonly expired: number;
  readonly expiring: number;
}

const temporary = preparedQuery<TemporaryPasswords>('dashboard.temporaryPasswords', (knex, $) => {
  const counted = (after: string, until: string) =>
    knex.count('*').from(
      knex('users')
        .select('id')
        .where('tenant_id', $('tenant'))
        // Literals instead of bindings, so that the planner can use the partial index on temporary passwords.
        .whereRaw("state = 'active' and password = 'temporary'")
        .where('temporary_until', '>', $(after))
        .where('temporary_until', '<=', $(until))
        .limit(maxCounted + 1)
        .as('some'),
    );
  return knex.select({ expired: counted('ever', 'now'), expiring: counted('now', 'soon') });
});

const managers = preparedQuery<UserRow>('dashboard.managers', (knex, $) =>
  knex('users')
    .select(userColumns)
    .where('tenant_id', $('tenant'))
    .whereRaw("administrator_level = 'userManagement' and state = 'active'")
    .orderBy('name_key')
    .limit(maxManagers),
);

/**
 * @param now the current time, epoch ms
 * @param soon a later time, epoch ms. A password or link that expires by then counts as expiring
 */
export async function countTemporaryPasswords(
  database: Database,
  scope: Scope,
  now: number,
  soon: number,
): Promise<TemporaryPasswords> {
  return (await temporary(database, { tenant: scope.tenant.id, ever: 0, now, soon }))[0] ?? { expired: 0, expiring: 0 };
}

/** @returns up to five active User management admins, sorted by name */
export async function findManagers(database: Database, scope: Scope): Promise<User[]> {
  return (await managers(database, { tenant: scope.tenant.id })).map(toUser);
}
