import type { Knex } from 'knex';
import { searchWordsOf } from '../../../domain/people/search-keys.ts';
import { foldName, type User } from '../../../domain/people/user.ts';
import type { UserRow } from './user-rows.ts';
import type { Database } from '../../../platform/database/database.ts';

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

/** @returns the columns of the given fields, and of no other */
export const toColumns = (changes: Partial<UserChanges>): Partial<UserRow> =>
  Object.fromEntries(
    changeableFields.filter((field) => changes[field] !== undefined).map((field) => [columnOf[field], changes[field]]),
  );

/** The columns from which a user's place in lists and searches is computed. */
export const indexedColumns = ['username', 'first_name', 'last_name', 'display_name', 'number'] as const;

export type IndexedRow = Pick<UserRow, 'username' | 'first_name' | 'last_name' | 'display_name'> & {
  readonly number: number;
};

/** @returns how a user is sorted and found once the changes are made */
export function indexedOf(user: IndexedRow, changes: Partial<UserChanges>): { name_key: string; search_words: string } {
  const { firstName = user.first_name, lastName = user.last_name, displayName = user.display_name } = changes;
  const search_words = searchWordsOf({ firstName, lastName, displayName, username: user.username });
  return { name_key: foldName(displayName), search_words };
}

/** A user as it is first written, its hash included. */
export interface NewUser extends Omit<
  User,
  'tenantId' | 'epoch' | 'version' | 'deletedAt' | 'secondFactorAt' | 'secondFactorDue' | 'globalAdminUntil'
> {
  readonly deletedAt?: number | null;
  readonly passwordHash: string;
}

/** @returns what increases a user's version in the update that it is part of */
export const nextVersion = ({ knex }: Database): Knex.Raw => knex.raw('version + 1');
