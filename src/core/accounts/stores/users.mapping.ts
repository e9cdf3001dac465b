import type { Language } from '../../../domain/regions.ts';
import type { AdministratorLevel, AgentLevel } from '../../../domain/roles.ts';
import { nameSortKey } from '../../../domain/people/sort-keys.ts';
import type { ListedUser, User } from '../../../domain/people/user.ts';
import type { Knex } from 'knex';
import { searchTextOf } from '../../../domain/people/search-keys.ts';
import type { Database } from '../../../platform/database/database.ts';

/** The columns of a User. */
export const userColumns = [
  'users.id',
  'users.tenant_id',
  'users.username',
  'users.first_name',
  'users.last_name',
  'users.display_name',
  'users.administrator_level',
  'users.agent_level',
  'users.global_admin_until',
  'users.language',
  'users.state',
  'users.password',
  'users.temporary_until',
  'users.second_factor_at',
  'users.second_factor_due',
  'users.epoch',
  'users.version',
  'users.updated_at',
  'users.last_sign_in_at',
  'users.created_at',
  'users.deleted_at',
] as const;

/** The columns of a ListedUser. Lists do not select the other columns, which makes them faster. */
export const listedColumns = [
  'users.id',
  'users.username',
  'users.display_name',
  'users.administrator_level',
  'users.agent_level',
  'users.state',
  'users.password',
  'users.temporary_until',
  'users.last_sign_in_at',
] as const;

/**
 * The SQL expression for the new value of `global_admin_until` in an update. Its bindings are the new level and the
 * time in epoch ms. Its columns have the values before the update.
 */
export const globalAdminUntil =
  "case when administrator_level = 'global' and cast(? as text) <> 'global' then cast(? as bigint) else global_admin_until end";

/** A literal instead of a binding, so that the planner can use the partial indexes on users who are not deleted. */
export const notDeleted = "state <> 'deleted'";

/** Inlines a limit into the statement, because PostgreSQL would choose another plan for a bound limit. */
export const asLiteral = { skipBinding: true };

export interface UserRow {
  id: string;
  tenant_id: string;
  username: string;
  first_name: string;
  last_name: string;
  display_name: string;
  name_key: string;
  administrator_level: AdministratorLevel;
  agent_level: AgentLevel;
  global_admin_until?: number | null;
  language: Language | null;
  state: User['state'];
  password: User['password'];
  temporary_until: number | null;
  second_factor_at?: number | null;
  second_factor_due?: 0 | 1;
  epoch: number;
  version: number;
  updated_at: number;
  last_sign_in_at: number;
  created_at: number;
  deleted_at: number | null;
}

export type ListedRow = Pick<
  UserRow,
  | 'id'
  | 'username'
  | 'display_name'
  | 'administrator_level'
  | 'agent_level'
  | 'state'
  | 'password'
  | 'temporary_until'
  | 'last_sign_in_at'
>;

export const toListed = (row: ListedRow): ListedUser => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name,
  administratorLevel: row.administrator_level,
  agentLevel: row.agent_level,
  state: row.state,
  password: row.password,
  temporaryUntil: row.temporary_until,
  lastSignInAt: row.last_sign_in_at === 0 ? null : row.last_sign_in_at,
});

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    username: row.username,
    firstName: row.first_name,
    lastName: row.last_name,
    displayName: row.display_name,
    administratorLevel: row.administrator_level,
    agentLevel: row.agent_level,
    globalAdminUntil: row.global_admin_until ?? null,
    language: row.language,
    state: row.state,
    password: row.password,
    temporaryUntil: row.temporary_until,
    secondFactorAt: row.second_factor_at ?? null,
    secondFactorDue: row.second_factor_due === 1,
    epoch: row.epoch,
    version: row.version,
    updatedAt: row.updated_at,
    lastSignInAt: row.last_sign_in_at === 0 ? null : row.last_sign_in_at,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
  };
}

/** The fields of a user that an edit may change. */
export type UserChanges = Pick<
  User,
  'firstName' | 'lastName' | 'displayName' | 'language' | 'administratorLevel' | 'agentLevel'
>;

const columnOf = {
  firstName: 'first_name',
  lastName: 'last_name',
  displayName: 'display_name',
  language: 'language',
  administratorLevel: 'administrator_level',
  agentLevel: 'agent_level',
} as const satisfies Record<keyof UserChanges, keyof UserRow>;

/** The fields that an edit may change, in the order of the form. */
export const changeableFields = Object.keys(columnOf) as (keyof UserChanges)[];

/** @returns the column values for the given fields only */
export const toColumns = (changes: Partial<UserChanges>): Partial<UserRow> =>
  Object.fromEntries(
    changeableFields.filter((field) => changes[field] !== undefined).map((field) => [columnOf[field], changes[field]]),
  );

/** The columns used to compute the sort key and the search words. */
export const indexedColumns = ['username', 'first_name', 'last_name', 'display_name', 'number'] as const;

export type IndexedRow = Pick<UserRow, 'username' | 'first_name' | 'last_name' | 'display_name'> & {
  readonly number: number;
};

/**
 * @param language the tenant's language, in whose alphabetical order the users are sorted
 * @returns the sort key and search words of a user after the changes
 */
export function toIndexedColumns(
  user: IndexedRow,
  changes: Partial<UserChanges>,
  language: Language,
): { name_key: string; search_words: string } {
  const { firstName = user.first_name, lastName = user.last_name, displayName = user.display_name } = changes;
  const search_words = searchTextOf({ firstName, lastName, displayName, username: user.username });
  return { name_key: nameSortKey(displayName, language), search_words };
}

/** A user to insert, with their password. */
export interface NewUser extends Omit<
  User,
  | 'tenantId'
  | 'epoch'
  | 'version'
  | 'updatedAt'
  | 'deletedAt'
  | 'secondFactorAt'
  | 'secondFactorDue'
  | 'globalAdminUntil'
> {
  readonly deletedAt?: number | null;
  readonly passwordHash: string;
  readonly passwordSetBy: string | null;
  readonly passwordSetAt: number;
}

/** @returns the expression that increments a user's version. The same update must set `updated_at`. */
export const nextVersion = ({ knex }: Database): Knex.Raw => knex.raw('version + 1');
