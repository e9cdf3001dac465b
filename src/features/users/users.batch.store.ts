import { inChunks } from '../../data/chunks.ts';
import type { Database } from '../../data/database.ts';
import type { Scope } from '../../domain/scope.ts';
import { foldName, type User } from '../../domain/user.ts';
import { toUser, userColumns, type UserRow } from './users.rows.ts';
import { toRow, type NewUser, type UserChanges } from './users.store.ts';

/** The changes of one user among many. */
export type UserChange = UserChanges & Pick<User, 'id'>;

/**
 * The tenant's part of a condition on many users by their ids. As a bare column SQLite would take it for the better way
 * in, and walk through the whole tenant instead of looking each id up.
 */
export const inTenant = "coalesce(users.tenant_id, '') = ?";

/** How many users `listAfter` gives at the most; fewer are the last. */
export const usersAtOnce = 200;
const rowsAtOnce = 100;

/** Many users of the scope's tenant in one go, in statements of some hundred rows. */
export function usersBatchStore(database: Database) {
  const after = database.prepare<UserRow>('users.after', (knex, $) =>
    knex('users')
      .select(userColumns)
      .where({ tenant_id: $('tenant') })
      .where('username', '>', $('after'))
      .whereNot('state', 'deleted')
      .orderBy('username')
      .limit(usersAtOnce),
  );

  return {
    /**
     * Looks up canonical user names, in the whole region: a name is given once.
     * @returns for each that is held the user, deleted ones included, or null where it is not one of this tenant
     */
    findByUsernames: async (scope: Scope, usernames: readonly string[]): Promise<Map<string, User | null>> => {
      const rows = (await database.knex('users').select(userColumns).whereIn('username', usernames)) as UserRow[];
      return new Map(rows.map((row) => [row.username, row.tenant_id === scope.tenant.id ? toUser(row) : null]));
    },

    /** @returns the next users in the order of user names, without the deleted ones. @param username '' for the first */
    listAfter: async (scope: Scope, username: string): Promise<User[]> =>
      (await after({ tenant: scope.tenant.id, after: username })).map(toUser),

    insertMany: (scope: Scope, users: readonly NewUser[]): Promise<void> =>
      inChunks(users, rowsAtOnce, async (some) => {
        await database.knex('users').insert(some.map((user) => toRow(scope, user)));
        // Whatever else is kept of a user, such as the words that find them, is written here.
      }),

    updateMany: (scope: Scope, users: readonly UserChange[]): Promise<void> =>
      inChunks(users, rowsAtOnce, async (some) => {
        await database.knex.raw(updateOf(some.length), [...some.flatMap(toValues), scope.tenant.id]);
        // And here, for those whose names have changed.
      }),
  };
}

const changedColumns = [
  'first_name',
  'last_name',
  'display_name',
  'name_key',
  'language',
  'administrator_level',
  'agent_level',
] as const;

const rowOfValues = `(${['id', ...changedColumns].map(() => '?').join(', ')})`;

function updateOf(count: number): string {
  return `
    with changed (user_id, ${changedColumns.join(', ')}) as (values ${Array(count).fill(rowOfValues).join(', ')})
    update users set ${changedColumns.map((column) => `${column} = changed.${column}`).join(', ')}
    from changed where users.id = changed.user_id and ${inTenant}`;
}

function toValues(user: UserChange): string[] {
  const { id, firstName, lastName, displayName, language, administratorLevel, agentLevel } = user;
  // Knex writes null where nothing is bound, which its types do not know.
  return [
    id,
    firstName,
    lastName,
    displayName,
    foldName(displayName),
    language,
    administratorLevel,
    agentLevel,
  ] as string[];
}
