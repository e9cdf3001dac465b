import { type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import { wordsOfSearch } from '../../../domain/people/search-keys.ts';
import type { User } from '../../../domain/people/user.ts';
import { pageSize, type PageStart } from './list-query.ts';
import { inText, toUser, userColumns, type UserRow } from './users.mapping.ts';

/** Deleted users are counted up to here and one further: that there are more is all that a page says. */
export const maxDeletedCounted = 999;

// Spelt out, not bound: only then does their own index fit.
const isDeleted = "state = 'deleted'";

function pageFrom(side: 'after' | 'before' | null) {
  return preparedQuery<UserRow>(`users.deleted ${side}`, (knex, $) => {
    const direction = side === 'before' ? 'asc' : 'desc';
    const query = knex('users')
      .select(userColumns)
      .where('tenant_id', $('tenant'))
      .whereRaw(isDeleted)
      .orderBy([
        { column: 'deleted_at', order: direction },
        { column: 'id', order: direction },
      ])
      .limit(pageSize + 1, inText);
    const beyond = side === 'before' ? '>' : '<';
    return side ? query.whereRaw(`(deleted_at, id) ${beyond} (?, ?)`, [$('key'), $('id')]) : query;
  });
}

const count = preparedQuery<{ count: number }>('users.countDeleted', (knex, $) => {
  const some = knex('users')
    .select('id')
    .where('tenant_id', $('tenant'))
    .whereRaw(isDeleted)
    .limit(maxDeletedCounted + 1, inText);
  return knex.from(some.as('some')).count({ count: '*' });
});

/** @returns one row more than the page holds, where there is a further one; the latest deleted first, backwards the earliest */
export async function pageOfDeleted(database: Database, scope: Scope, from: PageStart): Promise<User[]> {
  const rows = await pageFrom(from?.side ?? null)(database, { tenant: scope.tenant.id, ...from?.cursor });
  return rows.map(toUser);
}

/** @returns some of the deleted users whom the words of a search fit, the latest first */
export async function searchDeleted(database: Database, scope: Scope, typed: string, most: number): Promise<User[]> {
  const words = wordsOfSearch(typed);
  if (words.length === 0) return [];
  const query = database.knex('users').select(userColumns).where('tenant_id', scope.tenant.id).whereRaw(isDeleted);
  for (const word of words) query.where('search_words', 'like', `%${word}%`);
  return ((await query.orderBy('deleted_at', 'desc').limit(most)) as UserRow[]).map(toUser);
}

/** @returns how many deleted users can still be restored, a thousand for that and any more */
export async function countDeleted(database: Database, scope: Scope): Promise<number> {
  return (await count(database, { tenant: scope.tenant.id }))[0]?.count ?? 0;
}
