import { processInChunks } from '../../../platform/database/chunks.ts';
import { type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import { searchTextOf } from '../../../domain/people/search-keys.ts';
import { nameSortKey } from '../../../domain/people/sort-keys.ts';
import type { User } from '../../../domain/people/user.ts';
import { toUser, userColumns, type UserRow, type NewUser } from './users.mapping.ts';
import { reindexUsers, indexUsers, takeNumbers } from './users.search.store.ts';
import { insertPasswords } from './credentials.store.ts';
import { inTenant, type UserChange, updateOf, valuesOfUpdate } from './users.batch-update.ts';
import { insertRows } from '../../../platform/database/insert.ts';

/** The maximum number of users that `listAfter` returns. If it returns fewer, there are no more users. */
export const usersPerBatch = 200;
const rowsPerUpdate = 100;

interface IndexedUser {
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
    .limit(usersPerBatch),
);

/** @returns whether the tenant has more than `count` users, excluding deleted users */
export async function hasMoreThan(database: Database, scope: Scope, count: number): Promise<boolean> {
  const beyond = preparedQuery<{ id: string }>(`users.beyond ${count}`, (knex, $) =>
    knex('users')
      .select('id')
      .where({ tenant_id: $('tenant') })
      .whereNot('state', 'deleted')
      .orderBy('username')
      .offset(count)
      .limit(1),
  );
  return (await beyond(database, { tenant: scope.tenant.id })).length > 0;
}

// Reads the columns that the search index needs.
async function findIndexed(database: Database, scope: Scope, users: readonly UserChange[]) {
  const ids = users.map(({ id }) => id);
  const query = database.knex('users').select('id', 'username', 'number').whereIn('id', ids);
  const rows: IndexedUser[] = await query.whereRaw(inTenant, [scope.tenant.id]);
  return new Map(rows.map(({ id, ...current }) => [id, current]));
}

/**
 * Looks up canonical user names in the whole region, where each name is unique.
 * @returns a map from each existing user name to its user, including deleted users; null if the user belongs to another
 * tenant
 */
export async function findByUsernames(
  database: Database,
  scope: Scope,
  usernames: readonly string[],
): Promise<Map<string, User | null>> {
  const rows = (await database.knex('users').select(userColumns).whereIn('username', usernames)) as UserRow[];
  return new Map(rows.map((row) => [row.username, row.tenant_id === scope.tenant.id ? toUser(row) : null]));
}

/**
 * @param username the last user name of the previous batch; '' for the first batch
 * @returns the next batch of users in order of user name, excluding deleted users
 */
export async function listAfter(database: Database, scope: Scope, username: string): Promise<User[]> {
  return (await after(database, { tenant: scope.tenant.id, after: username })).map(toUser);
}

/**
 * Reads all users of the tenant in batches. Each batch is a separate query, so that a slow consumer does not keep a
 * transaction open.
 */
export async function* allUsers(database: Database, scope: Scope): AsyncGenerator<readonly User[]> {
  for (let last = ''; ;) {
    const users = await listAfter(database, scope, last);
    yield users;
    if (users.length < usersPerBatch) return;
    last = users.at(-1)?.username ?? last;
  }
}

/** Updates many users. For each user who loses the Global admin level, stores the time. */
export function updateMany(database: Database, scope: Scope, users: readonly UserChange[]): Promise<void> {
  return processInChunks(users, rowsPerUpdate, async (some) => {
    const indexed = await findIndexed(database, scope, some);
    const rows = some.flatMap((user) => {
      const current = indexed.get(user.id);
      return current ? [{ ...user, ...current, search_words: searchTextOf({ ...user, ...current }) }] : [];
    });
    if (rows.length === 0) return;
    await database.knex.raw(updateOf(rows.length), [
      ...rows.flatMap((row) => valuesOfUpdate(row, scope.tenant.language)),
      scope.now,
      scope.now,
      scope.tenant.id,
    ]);
    const tenant_id = scope.tenant.id;
    await reindexUsers(
      database,
      rows.map(({ number, search_words }) => ({ number, search_words, tenant_id })),
    );
  });
}

// Inserting a chunk of rows blocks the event loop in SQLite, so chunks are small.
const rowsPerInsert = 100;

export function insert(database: Database, scope: Scope, user: NewUser): Promise<void> {
  return insertMany(database, scope, [user]);
}

/** Inserts any number of users in one transaction, either all or none. */
export function insertMany(database: Database, scope: Scope, users: readonly NewUser[]): Promise<void> {
  return database.transaction((tx) =>
    processInChunks(users, rowsPerInsert, async (some) => {
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
    name_key: nameSortKey(user.displayName, scope.tenant.language),
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
