/**
 * Compares the response times of the user list in a small tenant, in a tenant with a million users, and in one of
 * 10,000 tenants with 100 users each, on SQLite and PostgreSQL: the median over HTTP for the first page, a page halfway
 * through the list, and searches. Each kind of request is sent to every portal before it is sent again.
 */
import { cpus } from 'node:os';
import { foldName } from '../src/domain/people/user.ts';
import { median } from './measured-process.ts';
import { close, postgresDatabases, startSizedPortal, type Person, type SizedPortal } from './sized-portal.ts';

const [largeUsers = 1_000_000, requests = 200, only] = process.argv.slice(2).map((each) => Number(each) || each);
const smallUsers = 1_000;
const warmUps = 20;

const list = '/account-settings/user-management';
const search = (q: string): string => `${list}?${new URLSearchParams({ q }).toString()}`;
const place = (name: string): string => Buffer.from(JSON.stringify([foldName(name), ''])).toString('base64url');
const commonParts = ['an', 'ma', 'le', 'ri', 'on', 'er'];
const localPart = ({ username }: Person): string => username.split('@')[0] ?? '';

interface Question {
  readonly ask: (person: Person, index: number) => string;
  readonly of?: 'rare';
}
const questions: Record<string, Question> = {
  'first page': { ask: () => list },
  'a page in the middle': { ask: ({ display_name }) => `${list}?after=${place(display_name)}` },
  'search: a common part': { ask: (_, index) => search(commonParts[index % commonParts.length] ?? '') },
  'search: a rare full name': { ask: ({ display_name }) => search(display_name), of: 'rare' },
  'search: no match': { ask: (_, index) => search(`qzx${index}`) },
  'search: part of a user name': { ask: (person) => search(localPart(person).slice(2)), of: 'rare' },
  '(search: a common full name)': { ask: ({ display_name }) => search(display_name) },
  '(search: a first name)': { ask: ({ first_name }) => search(first_name) },
};

async function wait({ portal, headers }: SizedPortal, address: string): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(portal.origin + address, { headers });
  await response.text();
  if (response.status !== 200) throw new Error(`${address}: ${response.status}`);
  return performance.now() - startedAt;
}

interface Measurement {
  readonly question: string;
  readonly size: SizedPortal;
  readonly waits: number[];
}

/** @returns the median response time of each kind of request at each size, in milliseconds */
async function measure(sizes: readonly SizedPortal[]): Promise<[question: string, p50s: number[]][]> {
  const all = Object.keys(questions).flatMap((question) =>
    sizes.map((size): Measurement => ({ question, size, waits: [] })),
  );
  for (let index = -warmUps; index < Number(requests); index++) {
    // The order alternates, so that other load on the machine affects all sizes evenly.
    for (const { question, size, waits } of index % 2 === 0 ? all : all.toReversed()) {
      const { ask, of = 'people' } = questions[question] ?? {};
      const person = size[of][Math.abs(index) % size[of].length];
      const address = person && ask?.(person, index);
      if (address === undefined) throw new Error('No user was drawn');
      const waited = await wait(size, address);
      if (index >= 0) waits.push(waited);
    }
  }
  const rows = Map.groupBy(all, ({ question }) => question);
  return [...rows].map(([question, row]) => [question, row.map(({ waits }) => median(waits))]);
}

async function report(name: string, newDatabase: () => Promise<string | null>): Promise<void> {
  const small = await startSizedPortal(await newDatabase(), 1, smallUsers);
  const large = await startSizedPortal(await newDatabase(), 1, Number(largeUsers));
  const split = await startSizedPortal(await newDatabase(), Number(largeUsers) / 100, 100);
  console.log(`\n${name}: generated ${largeUsers.toLocaleString('en')} users in ${large.fillSeconds.toFixed(0)} s`);
  const labels = [
    `${smallUsers} users`,
    `${largeUsers.toLocaleString('en')} users`,
    'ratio',
    `100 users in each of ${Number(largeUsers) / 100} tenants`,
  ];
  console.log(['p50, ms'.padEnd(30), ...labels].join(' | '));
  for (const [question, [one = NaN, other = NaN, third = NaN]] of await measure([small, large, split])) {
    const cells = [one.toFixed(2), other.toFixed(2), (other / one).toFixed(2), third.toFixed(2)];
    console.log(
      [question.padEnd(30), ...cells.map((cell, index) => cell.padStart(labels[index]?.length ?? 0))].join(' | '),
    );
  }
}

console.log(
  `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, ${requests} requests of each kind`,
);
try {
  if (only !== 'postgres') await report('SQLite', () => Promise.resolve(null));
  if (only !== 'sqlite') {
    const newDatabase = await postgresDatabases();
    if (newDatabase === null) console.log('\nPostgreSQL: not available');
    else await report('PostgreSQL', newDatabase);
  }
} finally {
  await close();
}
