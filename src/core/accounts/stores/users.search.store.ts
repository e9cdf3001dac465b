import type { Knex } from 'knex';
import type { Database } from '../../../platform/database/database.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { asBeginning, endingsOf, leadOf } from '../../../domain/people/search-keys.ts';
import { inText } from './user-rows.ts';

/** A user as the index of words knows them. */
interface Indexed {
  readonly number: number;
  readonly tenant_id: string;
  readonly name_key: string;
  readonly search_words: string;
}

// One user in so many stands in the index a second time, in a sample that says how common a beginning is.
const sampleEvery = 64;
// Of so many in the sample all can be looked at, whatever else was searched.
const surelyFew = 4;
// How many users a database gathers from the index in the time in which it looks at one.
const gatheredForOneLookedAt = 10;

/**
 * Within one tenant a look-up finds its own people only, or next to: two of many thousand tenants may share a code, and
 * who asks looks at the tenant again.
 */
const codeOf = (tenantId: string): string => tenantId.replace(/\W/g, '').slice(-4).toLowerCase();
const sampleCodeOf = (tenantId: string): string => `s${codeOf(tenantId)}`;
// What whole names begin with stands apart: those whom it finds need not be gathered for a list by name.
const leading = (code: string): string => `l${code}`;

function termsOf({ number, tenant_id, name_key, search_words }: Indexed): string {
  const endings = endingsOf(search_words);
  const lead = leadOf(name_key, search_words);
  const codes = [codeOf(tenant_id), ...(number % sampleEvery === 0 ? [sampleCodeOf(tenant_id)] : [])];
  const termOf = (code: string, ending: string): string => (ending === lead ? leading(code) : code) + ending;
  return codes.flatMap((code) => endings.map((ending) => termOf(code, ending))).join(' ');
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

/** Puts right what the index of words has of users whose names were just changed, in the same transaction. */
export async function reindexUsers(database: Database, users: readonly Indexed[]): Promise<void> {
  const column = database.dialect === 'sqlite' ? 'rowid' : 'number';
  const numbers = users.map(({ number }) => number);
  await database.knex('users_search').whereIn(column, numbers).delete();
  await indexUsers(database, users);
}

/** Finds users by words. */
export function searchIndex(database: Database) {
  const sqlite = database.dialect === 'sqlite';
  const select = (knex: Knex, match: Knex.Value, most: number): Knex.QueryBuilder => {
    const query = knex('users_search');
    if (sqlite) return query.select('rowid as number').whereRaw('users_search match ?', [match]).limit(most, inText);
    query.select('number').whereRaw('terms @@ cast(? as tsquery)', [match]);
    // PostgreSQL takes any beginning for a common one and, told that few are wanted, would read the whole table for them.
    return knex.withMaterialized('all_found', query).from('all_found').select('number').limit(most, inText);
  };
  const found = (most: number) =>
    database.prepare<{ number: number }>(
      `users.search ${most}`,
      (knex, $) => select(knex, $('match'), most),
      'scattered',
    );
  const sampled = (words: number, most: number) =>
    database.prepare<Record<string, number>>(
      `users.sample ${words} ${most}`,
      (knex, $) => {
        const some = (place: number) => select(knex, $(`match${place}`), most).as('some');
        const places = Array.from({ length: words }, (_, place) => place);
        return knex.select(places.map((place) => knex.from(some(place)).count('*').as(`size${place}`)));
      },
      'scattered',
    );
  const beginning = (code: string, word: string): string =>
    sqlite ? `"${code}${asBeginning(word)}"*` : `'${code}${asBeginning(word)}':*`;
  const [or, and] = sqlite ? [' OR ', ' AND '] : [' | ', ' & '];
  const matchOf = (code: string, words: readonly string[]): string =>
    words.map((word) => `(${beginning(leading(code), word)}${or}${beginning(code, word)})`).join(and);

  // Both databases gather everybody who has a word before they give the first of them. So what is common is not asked for,
  // nor what would cost more to gather than it spares in looking at those who have the rarest word.
  async function worthAsking(tenantId: string, words: readonly string[], most: number): Promise<string[]> {
    const few = Math.ceil(most / sampleEvery);
    const [longest = '', ...others] = words;
    const [size = 0] = await sizesOf(matchesIn(tenantId, [longest]), few + 1);
    // The longest word mostly is the rarest too: then the others need not be asked about.
    if (size <= Math.min(surelyFew, few)) return [longest];
    if (others.length === 0) return size <= few ? [longest] : [];
    const sizes = [size, ...(await sizesOf(matchesIn(tenantId, others), few + 1))];
    const largest = Math.min(few, Math.min(...sizes) * gatheredForOneLookedAt);
    return words.filter((_, place) => (sizes[place] ?? 0) <= largest);
  }

  const matchesIn = (tenantId: string, words: readonly string[]): string[] =>
    words.map((word) => matchOf(sampleCodeOf(tenantId), [word]));

  /** @returns how many of the sample fit each of the matches, up to a number */
  async function sizesOf(matches: readonly string[], most: number): Promise<number[]> {
    const values = Object.fromEntries(matches.map((match, place) => [`match${place}`, match]));
    const [sizes = {}] = await sampled(matches.length, most)(values);
    return matches.map((_, place) => Number(sizes[`size${place}`]));
  }

  async function numbersOf(match: string, most: number): Promise<number[] | null> {
    const rows = await found(most + 1)({ match });
    return rows.length > most ? null : rows.map(({ number }) => number);
  }

  return {
    /** @returns the numbers of all whom the words may fit, and perhaps some others'; null where they are too many */
    named: async (tenantId: string, words: readonly string[], most: number): Promise<number[] | null> => {
      const rare = await worthAsking(tenantId, words, most);
      return rare.length === 0 ? null : numbersOf(matchOf(codeOf(tenantId), rare), most);
    },

    /** @returns the same of one word, where nobody counts whose name as a whole begins with it */
    namedWithin: async (tenantId: string, word: string, most: number): Promise<number[] | null> => {
      const few = Math.ceil(most / sampleEvery);
      const [size = 0] = await sizesOf([beginning(sampleCodeOf(tenantId), word)], few + 1);
      return size > few ? null : numbersOf(beginning(codeOf(tenantId), word), most);
    },
  };
}
