import type { Language } from '../../../domain/regions.ts';
import { nameSortKey } from '../../../domain/people/sort-keys.ts';
import type { User } from '../../../domain/people/user.ts';
import type { UserChanges } from './users.mapping.ts';

/** The new field values of one user in a batch. */
export type UserChange = UserChanges & Pick<User, 'id'>;

/**
 * The tenant condition of a query for many users by ID. The expression keeps SQLite from using the index on the tenant,
 * which would make it scan the whole tenant instead of looking up each ID.
 */
export const inTenant = "coalesce(users.tenant_id, '') = ?";

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

/** @returns a statement that updates the given number of users of one tenant, each with different values */
export function updateOf(count: number): string {
  return `
    with changed (user_id, ${changedColumns.join(', ')}) as (values ${Array(count).fill(rowOfValues).join(', ')})
    update users set ${changedColumns.map((column) => `${column} = changed.${column}`).join(', ')}, version = users.version + 1,
      updated_at = cast(? as bigint),
      global_admin_until = case
        when users.administrator_level = 'global' and changed.administrator_level <> 'global' then cast(? as bigint)
        else users.global_admin_until end
    from changed where users.id = changed.user_id and ${inTenant}`;
}

/**
 * @returns the values to bind for one changed user.
 * @param tenantLanguage the language whose alphabetical order sorts the names
 */
export function valuesOfUpdate(
  user: UserChange & { readonly search_words: string },
  tenantLanguage: Language,
): string[] {
  const { id, firstName, lastName, displayName, language, administratorLevel, agentLevel } = user;
  // Knex can bind null, although its types do not allow it.
  return [
    id,
    firstName,
    lastName,
    displayName,
    nameSortKey(displayName, tenantLanguage),
    user.search_words,
    language,
    administratorLevel,
    agentLevel,
  ] as string[];
}
