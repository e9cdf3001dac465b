import type { Knex } from 'knex';
import type { Database } from '../../../platform/database/database.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { asBeginning, endingsOf, leadOf } from '../../../domain/people/search-keys.ts';
import { bind } from '../../../platform/bind.ts';
import { inText } from './users.mapping.ts';

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

export type SearchIndex = ReturnType<typeof searchIndex>;

/** Finds users by words. */
export function searchIndex(database: Database) {
  return bind(database, { named, namedWithin });
}

/** @returns the numbers of all users whom the words may fit, and perhaps of a few others; null if they are too many */
async function named(
  database: Database,
  tenantId: string,
  words: readonly string[],
  max: number,
): Promise<number[] | null> {
  const rare = await rareAmong(database, tenantId, words, max);
  return rare.length === 0 ? null : numbersOf(database, matchOf(database, codeOf(tenantId), rare), max);
}

/** @returns the same for one word, without the users whose whole name begins with it */
async function namedWithin(database: Database, tenantId: string, word: string, max: number): Promise<number[] | null> {
  const few = Math.ceil(max / sampleEvery);
  const [size = 0] = await sizesInSample(database, [beginningOf(database, sampleCodeOf(tenantId), word)], few + 1);
  return size > few ? null : numbersOf(database, beginningOf(database, codeOf(tenantId), word), max);
}

// Both databases gather every user who has a word before they return the first of them. So common words are not searched,
// nor those that would cost more to gather than they save in looking at the users who have the rarest word.
async function rareAmong(
  database: Database,
  tenantId: string,
  words: readonly string[],
  max: number,
): Promise<string[]> {
  const few = Math.ceil(max / sampleEvery);
  const [longest = '', ...others] = words;
  const [size = 0] = await sizesInSample(database, sampleMatchesOf(database, tenantId, [longest]), few + 1);
  // The longest word usually is the rarest too: then the others need not be counted.
  if (size <= Math.min(surelyFew, few)) return [longest];
  if (others.length === 0) return size <= few ? [longest] : [];
  const sizes = [size, ...(await sizesInSample(database, sampleMatchesOf(database, tenantId, others), few + 1))];
  const largest = Math.min(few, Math.min(...sizes) * gatheredForOneLookedAt);
  return words.filter((_, place) => (sizes[place] ?? 0) <= largest);
}

/** @returns how many users of the sample fit each of the matches, up to a maximum */
async function sizesInSample(database: Database, matches: readonly string[], max: number): Promise<number[]> {
  const places = Array.from({ length: matches.length }, (_, place) => place);
  const query = database.prepare<Record<string, number>>(
    `users.sample ${matches.length} ${max}`,
    (knex, $) => {
      const some = (place: number) => selectMatching(database, knex, $(`match${place}`), max).as('some');
      return knex.select(places.map((place) => knex.from(some(place)).count('*').as(`size${place}`)));
    },
    'scattered',
  );
  const [sizes = {}] = await query(Object.fromEntries(matches.map((match, place) => [`match${place}`, match])));
  return places.map((place) => Number(sizes[`size${place}`]));
}

/** @returns the numbers of the users who fit; null if they are more than the maximum */
async function numbersOf(database: Database, match: string, max: number): Promise<number[] | null> {
  const query = database.prepare<{ number: number }>(
    `users.search ${max + 1}`,
    (knex, $) => selectMatching(database, knex, $('match'), max + 1),
    'scattered',
  );
  const rows = await query({ match });
  return rows.length > max ? null : rows.map(({ number }) => number);
}

function selectMatching({ dialect }: Database, knex: Knex, match: Knex.Value, max: number): Knex.QueryBuilder {
  const query = knex('users_search');
  if (dialect === 'sqlite') {
    return query.select('rowid as number').whereRaw('users_search match ?', [match]).limit(max, inText);
  }
  query.select('number').whereRaw('terms @@ cast(? as tsquery)', [match]);
  // PostgreSQL takes any beginning for a common one and, told that few are wanted, would read the whole table for them.
  return knex.withMaterialized('all_found', query).from('all_found').select('number').limit(max, inText);
}

const sampleMatchesOf = (database: Database, tenantId: string, words: readonly string[]): string[] =>
  words.map((word) => matchOf(database, sampleCodeOf(tenantId), [word]));

function matchOf(database: Database, code: string, words: readonly string[]): string {
  const [or, and] = database.dialect === 'sqlite' ? [' OR ', ' AND '] : [' | ', ' & '];
  return words
    .map((word) => `(${beginningOf(database, leading(code), word)}${or}${beginningOf(database, code, word)})`)
    .join(and);
}

const beginningOf = ({ dialect }: Database, code: string, word: string): string =>
  dialect === 'sqlite' ? `"${code}${asBeginning(word)}"*` : `'${code}${asBeginning(word)}':*`;
