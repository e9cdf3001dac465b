import type { Knex } from 'knex';
import type { Database } from '../../../platform/database/database.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { searchPrefix, suffixesOf } from '../../../domain/people/search-keys.ts';
import { asLiteral } from './users.mapping.ts';

/** The columns of a user that the search index needs. */
interface SearchableUser {
  readonly number: number;
  readonly tenant_id: string;
  readonly search_words: string;
}

// Words of up to this length occur in the names of too many users.
const maxShortWordLength = 2;

/**
 * A short code that prefixes the index terms of a tenant. Tenants can have the same code, so callers must also compare
 * the tenant.
 */
const codeOf = (tenantId: string): string => tenantId.replace(/\W/g, '').slice(-4).toLowerCase();

function termsOf({ tenant_id, search_words }: SearchableUser): string {
  const code = codeOf(tenant_id);
  return suffixesOf(search_words)
    .map((ending) => code + ending)
    .join(' ');
}

/** Allocates new user numbers, within the transaction that inserts the users. */
export async function takeNumbers({ knex, dialect }: Database, count: number): Promise<number[]> {
  if (dialect === 'postgres') {
    const taken = await knex.raw<{ rows: { number: number }[] }>(
      "select nextval('users_number') as number from generate_series(1, ?)",
      [count],
    );
    return taken.rows.map(({ number }) => number);
  }
  const [last] = await knex('users').max<{ number: number | null }[]>({ number: 'number' });
  return Array.from({ length: count }, (_, index) => (last?.number ?? 0) + 1 + index);
}

/** Adds users to the search index, in the transaction that inserts them. */
export async function indexUsers(database: Database, users: readonly SearchableUser[]): Promise<void> {
  const rows = users.map((user) => ({ number: user.number, terms: termsOf(user) }));
  if (database.dialect === 'sqlite') {
    const entries = rows.map(({ number, terms }) => ({ rowid: number, terms }));
    return insertRows(database, 'users_search', entries);
  }
  await database.knex.raw(
    `insert into users_search (number, terms)
     select number, array_to_tsvector(string_to_array(terms, ' ')) from json_to_recordset(?) as each (number bigint, terms text)`,
    [JSON.stringify(rows)],
  );
}

/** Replaces users in the search index, in the transaction that changes their names. */
export async function reindexUsers(database: Database, users: readonly SearchableUser[]): Promise<void> {
  const column = database.dialect === 'sqlite' ? 'rowid' : 'number';
  const numbers = users.map(({ number }) => number);
  await database.knex('users_search').whereIn(column, numbers).delete();
  await indexUsers(database, users);
}

/**
 * Finds users with the search index. Both databases collect every match of a word before they return the first one. If
 * there is a longer word, short words are therefore not looked up, and the caller must check them.
 *
 * @param words the words of the query, longest first
 * @returns the user numbers of all matches and possibly a few false positives; null if there are more than `max`
 */
export async function findNumbers(
  database: Database,
  tenantId: string,
  words: readonly string[],
  max: number,
): Promise<number[] | null> {
  const long = words.filter((word) => word.length > maxShortWordLength);
  const query = database.prepare<{ number: number }>(`users.search ${max}`, (knex, $) =>
    selectMatching(database, knex, $('match'), max + 1),
  );
  const rows = await query({ match: matchOf(database, codeOf(tenantId), long.length > 0 ? long : words.slice(0, 1)) });
  return rows.length > max ? null : rows.map(({ number }) => number);
}

function selectMatching({ dialect }: Database, knex: Knex, match: Knex.Value, limit: number): Knex.QueryBuilder {
  const query = knex('users_search');
  if (dialect === 'sqlite') {
    return query.select('rowid as number').whereRaw('users_search match ?', [match]).limit(limit, asLiteral);
  }
  query.select('number').whereRaw('terms @@ cast(? as tsquery)', [match]);
  // PostgreSQL assumes that any prefix is common, so with the limit inside the query it would scan the whole table.
  return knex.withMaterialized('all_found', query).from('all_found').select('number').limit(limit, asLiteral);
}

// Entries indexed before 2026-11-30 have an extra letter before the first word of a name. The query matches those as
// well.
function matchOf({ dialect }: Database, code: string, words: readonly string[]): string {
  const beginningOf = (prefix: string, word: string): string =>
    dialect === 'sqlite' ? `"${prefix}${searchPrefix(word)}"*` : `'${prefix}${searchPrefix(word)}':*`;
  const [or, and] = dialect === 'sqlite' ? [' OR ', ' AND '] : [' | ', ' & '];
  return words.map((word) => `(${beginningOf(code, word)}${or}${beginningOf(`l${code}`, word)})`).join(and);
}
