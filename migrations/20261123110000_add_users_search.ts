import type { Knex } from 'knex';

// Finding users by words: each user gets the words that a search looks at, a number that lasts (SQLite's own row numbers
// do not), and under that number every ending of every word stands in an index of beginnings.
export async function up(knex: Knex): Promise<void> {
  const postgres = isPostgres(knex);
  await knex.raw(`alter table users add column number ${postgres ? 'bigint' : 'integer'}`);
  await knex.raw("alter table users add column search_words text not null default ''");
  for (const statement of postgres ? onPostgres : onSqlite) await knex.raw(statement);
  for (let last = 0; ;) {
    const users = await knex('users').where('number', '>', last).orderBy('number').limit(batch).select<User[]>(columns);
    if (users.length === 0) return;
    await fill(knex, users);
    last = Number(users.at(-1)?.number);
  }
}

export async function down(knex: Knex): Promise<void> {
  if (!isPostgres(knex)) await knex.raw('drop trigger users_search_forget');
  await knex.schema.dropTable('users_search');
  await knex.raw('drop index users_by_number');
  await knex.raw('alter table users drop column search_words');
  await knex.raw('alter table users drop column number');
}

// SQLite takes no more than 500 in one statement.
const batch = 400;
const columns = ['number', 'tenant_id', 'display_name', 'first_name', 'last_name', 'username'];

interface User {
  number: number;
  tenant_id: string;
  display_name: string;
  first_name: string;
  last_name: string;
  username: string;
}

const isPostgres = (knex: Knex): boolean => (knex.client as { config: { client: string } }).config.client === 'pg';

const onSqlite = [
  'update users set number = rowid',
  'create unique index users_by_number on users (number)',
  "create virtual table users_search using fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')",
  'create trigger users_search_forget after delete on users begin delete from users_search where rowid = old.number; end',
];

// The list of entries not yet sorted in, which each look-up would have to read through, is done without.
const onPostgres = [
  'create sequence users_number owned by users.number',
  "alter table users alter column number set default nextval('users_number')",
  "update users set number = nextval('users_number')",
  'create unique index users_by_number on users (number)',
  'create table users_search (number bigint primary key references users (number) on delete cascade, terms tsvector not null)',
  'create index users_search_terms on users_search using gin (terms) with (fastupdate = off)',
];

async function fill(knex: Knex, users: readonly User[]): Promise<void> {
  const numbers = users.map(({ number }) => number);
  const words = users.map(searchWordsOf);
  const terms = users.map((user, index) => termsOf(user, words[index] ?? ''));
  if (!isPostgres(knex)) {
    for (const [index, number] of numbers.entries())
      await knex('users').where({ number }).update({ search_words: words[index] });
    await knex('users_search').insert(numbers.map((number, index) => ({ rowid: number, terms: terms[index] })));
    return;
  }
  await knex.raw(
    `update users set search_words = each.words from unnest(?::bigint[], ?::text[]) as each (number, words)
     where users.number = each.number`,
    [numbers, words],
  );
  await knex.raw(
    `insert into users_search (number, terms)
     select number, array_to_tsvector(string_to_array(terms, ' ')) from unnest(?::bigint[], ?::text[]) as each (number, terms)`,
    [numbers, terms],
  );
}

// From here on as src/domain/search.ts and the users' store were when this was written: a migration never changes.
const specialLetters: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i', ħ: 'h', ŋ: 'n' },
  ς: 'σ',
};
const inTwoLetters: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };

const wordsIn = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłþıħŋς]/g, (letter) => specialLetters[letter] ?? letter)
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter(Boolean)
    .map((word) => [...word].slice(0, 100).join(''));

function searchWordsOf({ display_name, username, first_name, last_name }: User): string {
  const text = [display_name, username, first_name, last_name].join(' ');
  const writtenOut = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüøå]/g, (letter) => inTwoLetters[letter] ?? letter);
  const words = wordsIn(text);
  const drawnTogether = words.map((word) => word.replace(/([aou])e|aa/g, (_, vowel: string) => vowel || 'a'));
  const unique = [...new Set([...words, ...wordsIn(writtenOut), ...drawnTogether])];
  let left = 300;
  return unique
    .filter((word) => !unique.some((other) => other !== word && other.includes(word)))
    .filter((word) => (left -= [...word].length + 1) >= 0)
    .join(' ');
}

function termsOf({ number, tenant_id }: User, searchWords: string): string {
  const endings = new Set<string>();
  for (const word of searchWords.split(' ')) {
    const letters = [...word];
    for (let start = 0; start < letters.length; start++) endings.add(letters.slice(start, start + 20).join(''));
  }
  const code = tenant_id.replace(/\W/g, '').slice(-4).toLowerCase();
  const codes = number % 64 === 0 ? [code, `s${code}`] : [code];
  return codes.flatMap((each) => [...endings].map((ending) => each + ending)).join(' ');
}
