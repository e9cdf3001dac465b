import { inChunks } from '../../../platform/database/chunks.ts';
import type { Database } from '../../../platform/database/database.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import type { Scope } from '../../../domain/scope.ts';
import { searchWordsOf } from '../../../domain/people/search-keys.ts';
import { foldName } from '../../../domain/people/user.ts';
import type { NewUser } from './users.columns.ts';
import type { UserRow } from './user-rows.ts';
import { indexUsers, takeNumbers } from './users.search.store.ts';

// SQLite takes at most 500 rows in one statement, and other writers wait for as long as one takes.
const maxAtOnce = 100;

export function insert(database: Database, scope: Scope, user: NewUser): Promise<void> {
  return insertMany(database, scope, [user]);
}

/** Inserts any number of users in one transaction: all of them or none. */
export function insertMany(database: Database, scope: Scope, users: readonly NewUser[]): Promise<void> {
  return database.transaction((tx) =>
    inChunks(users, maxAtOnce, async (some) => {
      const numbers = await takeNumbers(tx, some.length);
      const rows = some.map((user, index) => ({ ...toRow(scope, user), number: numbers[index] ?? 0 }));
      await insertRows(tx, 'users', rows);
      await indexUsers(tx, rows);
    }),
  );
}

function toRow(
  scope: Scope,
  user: NewUser,
): Omit<UserRow, 'version'> & { password_hash: string; search_words: string } {
  return {
    id: user.id,
    tenant_id: scope.tenant.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    display_name: user.displayName,
    name_key: foldName(user.displayName),
    search_words: searchWordsOf(user),
    administrator_level: user.administratorLevel,
    agent_level: user.agentLevel,
    language: user.language,
    state: user.state,
    password_hash: user.passwordHash,
    password: user.password,
    temporary_until: user.temporaryUntil,
    password_set_by: user.passwordSetBy,
    password_set_at: user.passwordSetAt,
    epoch: 0,
    last_sign_in_at: user.lastSignInAt ?? 0,
    created_at: user.createdAt,
    deleted_at: user.deletedAt ?? null,
  };
}
