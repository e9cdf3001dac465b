import { processInChunks } from '../../../platform/database/chunks.ts';
import { type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import { searchTextOf } from '../../../domain/people/search-keys.ts';
import { foldName, type User } from '../../../domain/people/user.ts';
import { type UserChanges, toUser, userColumns, type UserRow, type NewUser } from './users.mapping.ts';
import { reindexUsers, indexUsers, takeNumbers } from './users.search.store.ts';
import { insertPasswords } from './credentials.store.ts';
import { insertRows } from '../../../platform/database/insert.ts';

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

interface Known {
  readonly id: string;
  readonly username: string;
  readonly number: number;
}

const after = preparedQuery<UserRow>('users.after', (knex, $) =>
  knex('users')
    .select(userColumns)
    .where({ tenant_id: $('tenant') })
    .where('username', '>', $('after'))
    .whereNot('state', 'deleted')
    .orderBy('username')
    .limit(usersAtOnce),
);

// What the index of words knows them by.
async function indexedOf(database: Database, scope: Scope, users: readonly UserChange[]) {
  const ids = users.map(({ id }) => id);
  const query = database.knex('users').select('id', 'username', 'number').whereIn('id', ids);
  const rows: Known[] = await query.whereRaw(inTenant, [scope.tenant.id]);
  return new Map(rows.map(({ id, ...known }) => [id, known]));
}

/**
 * Looks up canonical user names, in the whole region: a name is given once.
 * @returns for each that is held the user, deleted ones included, or null where it is not one of this tenant
 */
export async function findByUsernames(
  database: Database,
  scope: Scope,
  usernames: readonly string[],
): Promise<Map<string, User | null>> {
  const rows = (await database.knex('users').select(userColumns).whereIn('username', usernames)) as UserRow[];
  return new Map(rows.map((row) => [row.username, row.tenant_id === scope.tenant.id ? toUser(row) : null]));
}

/** @returns the next users in the order of user names, without the deleted ones. @param username '' for the first */
export async function listAfter(database: Database, scope: Scope, username: string): Promise<User[]> {
  return (await after(database, { tenant: scope.tenant.id, after: username })).map(toUser);
}

/** Every user of the tenant in batches, each a query of its own: a slow reader holds nothing open in the database. */
export async function* allUsers(database: Database, scope: Scope): AsyncGenerator<readonly User[]> {
  for (let last = ''; ;) {
    const users = await listAfter(database, scope, last);
    yield users;
    if (users.length < usersAtOnce) return;
    last = users.at(-1)?.username ?? last;
  }
}

/** Changes many users, and keeps the time at which the level Global admin is removed. */
export function updateMany(database: Database, scope: Scope, users: readonly UserChange[]): Promise<void> {
  return processInChunks(users, rowsAtOnce, async (some) => {
    const found = await indexedOf(database, scope, some);
    const rows = some.flatMap((user) => {
      const known = found.get(user.id);
      return known ? [{ ...user, ...known, search_words: searchTextOf({ ...user, ...known }) }] : [];
    });
    if (rows.length === 0) return;
    await database.knex.raw(updateOf(rows.length), [...rows.flatMap(toValues), scope.now, scope.now, scope.tenant.id]);
    const tenant_id = scope.tenant.id;
    await reindexUsers(
      database,
      rows.map(({ number, search_words }) => ({ number, search_words, tenant_id })),
    );
  });
}

const changedColumns = [
  'first_name',
  'last_name',
  'display_name',
  'name_key',
  'search_words',
  'language',
  'administrator_level',
  'agent_level',
] as const;

const rowOfValues = `(${['id', ...changedColumns].map(() => '?').join(', ')})`;

function updateOf(count: number): string {
  return `
    with changed (user_id, ${changedColumns.join(', ')}) as (values ${Array(count).fill(rowOfValues).join(', ')})
    update users set ${changedColumns.map((column) => `${column} = changed.${column}`).join(', ')}, version = users.version + 1,
      updated_at = cast(? as bigint),
      global_admin_until = case
        when users.administrator_level = 'global' and changed.administrator_level <> 'global' then cast(? as bigint)
        else users.global_admin_until end
    from changed where users.id = changed.user_id and ${inTenant}`;
}

function toValues(user: UserChange & { readonly search_words: string }): string[] {
  const { id, firstName, lastName, displayName, language, administratorLevel, agentLevel } = user;
  // Knex writes null where nothing is bound, which its types do not know.
  return [
    id,
    firstName,
    lastName,
    displayName,
    foldName(displayName),
    user.search_words,
    language,
    administratorLevel,
    agentLevel,
  ] as string[];
}

// SQLite takes at most 500 rows in one statement, and other writers wait for as long as one takes.
const maxAtOnce = 100;

export function insert(database: Database, scope: Scope, user: NewUser): Promise<void> {
  return insertMany(database, scope, [user]);
}

/** Inserts any number of users in one transaction: all of them or none. */
export function insertMany(database: Database, scope: Scope, users: readonly NewUser[]): Promise<void> {
  return database.transaction((tx) =>
    processInChunks(users, maxAtOnce, async (some) => {
      const numbers = await takeNumbers(tx, some.length);
      const rows = some.map((user, index) => ({ ...toRow(scope, user), number: numbers[index] ?? 0 }));
      await insertRows(tx, 'users', rows);
      await insertPasswords(tx, some);
      await indexUsers(tx, rows);
    }),
  );
}

function toRow(scope: Scope, user: NewUser): Omit<UserRow, 'version'> & { search_words: string } {
  return {
    id: user.id,
    tenant_id: scope.tenant.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    display_name: user.displayName,
    name_key: foldName(user.displayName),
    search_words: searchTextOf(user),
    administrator_level: user.administratorLevel,
    agent_level: user.agentLevel,
    language: user.language,
    state: user.state,
    password: user.password,
    temporary_until: user.temporaryUntil,
    epoch: 0,
    last_sign_in_at: user.lastSignInAt ?? 0,
    created_at: user.createdAt,
    updated_at: user.createdAt,
    deleted_at: user.deletedAt ?? null,
  };
}
