import type { Knex } from 'knex';
import type { Database } from '../../../platform/database/database.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { searchPrefix, suffixesOf } from '../../../domain/people/search-keys.ts';
import { inText } from './users.mapping.ts';

/** A user as the index of words knows them. */
interface Indexed {
  readonly number: number;
  readonly tenant_id: string;
  readonly search_words: string;
}

// Very many users have a word of so few letters in their names.
const shortWord = 2;

/**
 * Within one tenant a look-up finds its own users only, or next to: two of many thousand tenants may share a code, and
 * the caller compares the tenant again.
 */
const codeOf = (tenantId: string): string => tenantId.replace(/\W/g, '').slice(-4).toLowerCase();

function termsOf({ tenant_id, search_words }: Indexed): string {
  const code = codeOf(tenant_id);
  return suffixesOf(search_words)
    .map((ending) => code + ending)
    .join(' ');
}

/** @returns numbers that no user had before them, within the transaction that gives them out */
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

/** Puts users who were just inserted into the index of words, in the same transaction: 500 at most at a time. */
export async function indexUsers(database: Database, users: readonly Indexed[]): Promise<void> {
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

/** Replaces what the index of words has of users whose names were just changed, in the same transaction. */
export async function reindexUsers(database: Database, users: readonly Indexed[]): Promise<void> {
  const column = database.dialect === 'sqlite' ? 'rowid' : 'number';
  const numbers = users.map(({ number }) => number);
  await database.knex('users_search').whereIn(column, numbers).delete();
  await indexUsers(database, users);
}

/**
 * Finds users by the index of words. Both databases gather every user who has a word before they return the first of them:
 * short words, which many users have, are left to the caller where there is a longer one.
 *
 * @param words the longest first
 * @returns the numbers of all users whom the words may fit, and perhaps of a few others; null if they are more than `max`
 */
export async function findNumbers(
  database: Database,
  tenantId: string,
  words: readonly string[],
  max: number,
): Promise<number[] | null> {
  const long = words.filter((word) => word.length > shortWord);
  const query = database.prepare<{ number: number }>(`users.search ${max}`, (knex, $) =>
    selectMatching(database, knex, $('match'), max + 1),
  );
  const rows = await query({ match: matchOf(database, codeOf(tenantId), long.length > 0 ? long : words.slice(0, 1)) });
  return rows.length > max ? null : rows.map(({ number }) => number);
}

function selectMatching({ dialect }: Database, knex: Knex, match: Knex.Value, limit: number): Knex.QueryBuilder {
  const query = knex('users_search');
  if (dialect === 'sqlite') {
    return query.select('rowid as number').whereRaw('users_search match ?', [match]).limit(limit, inText);
  }
  query.select('number').whereRaw('terms @@ cast(? as tsquery)', [match]);
  // PostgreSQL takes any beginning for a common one and, told that few are wanted, would read the whole table for them.
  return knex.withMaterialized('all_found', query).from('all_found').select('number').limit(limit, inText);
}

// Until 2026-11-30 the word that a whole name begins with was indexed behind one letter more. Entries made then are found too.
function matchOf({ dialect }: Database, code: string, words: readonly string[]): string {
  const beginningOf = (prefix: string, word: string): string =>
    dialect === 'sqlite' ? `"${prefix}${searchPrefix(word)}"*` : `'${prefix}${searchPrefix(word)}':*`;
  const [or, and] = dialect === 'sqlite' ? [' OR ', ' AND '] : [' | ', ' & '];
  return words.map((word) => `(${beginningOf(code, word)}${or}${beginningOf(`l${code}`, word)})`).join(and);
}
