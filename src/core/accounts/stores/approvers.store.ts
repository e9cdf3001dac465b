import type { Scope } from '../../../domain/scope.ts';
import { type Database, preparedQuery } from '../../../platform/database/database.ts';

const approvers = preparedQuery<{ id: string }>('users.approvers', (knex, $) =>
  knex('users')
    .select('id')
    .where({ tenant_id: $('tenant') })
    // Literals instead of bindings, so that the planner can use the partial index on administrators.
    .whereRaw("administrator_level = 'global' and state = 'active' and password = 'own'"),
);

/**
 * @returns the IDs of the active Global admins who have chosen a password. Global admins who have not signed in since
 * their account was added or their password was reset are omitted, because they cannot approve anything yet
 */
export async function listIds(database: Database, { tenant }: Scope): Promise<string[]> {
  return (await approvers(database, { tenant: tenant.id })).map(({ id }) => id);
}
