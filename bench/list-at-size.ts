/**
 * What a reader of the user list waits for in a small company and in one of a million: p50 over HTTP of its first page, of a
 * deep one, and of searches, on SQLite and on PostgreSQL. Every request is sent to each size in turn.
 */
import { cpus } from 'node:os';
import { foldName } from '../src/domain/people/user.ts';
import { median } from './measured-process.ts';
import { close, postgresDatabases, startSized, type Person, type Sized } from './sized-portal.ts';

const [most = 1_000_000, requests = 200, only] = process.argv.slice(2).map((each) => Number(each) || each);
const few = 1_000;
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
  'search: a part that many have': { ask: (_, index) => search(commonParts[index % commonParts.length] ?? '') },
  'search: a whole rare name': { ask: ({ display_name }) => search(display_name), of: 'rare' },
  'search: what nobody has': { ask: (_, index) => search(`qzx${index}`) },
  'search: part of a user name': { ask: (person) => search(localPart(person).slice(2)), of: 'rare' },
  '(search: a whole common name)': { ask: ({ display_name }) => search(display_name) },
  '(search: a first name)': { ask: ({ first_name }) => search(first_name) },
};

async function wait({ portal, headers }: Sized, address: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(portal.origin + address, { headers });
  await response.text();
  if (response.status !== 200) throw new Error(`${address} was answered ${response.status}`);
  return performance.now() - began;
}

interface Measurement {
  readonly question: string;
  readonly size: Sized;
  readonly waits: number[];
}

/** @returns the median of milliseconds, a row for each question with a figure for each size */
async function measure(sizes: readonly Sized[]): Promise<[question: string, p50s: number[]][]> {
  const all = Object.keys(questions).flatMap((question) =>
    sizes.map((size): Measurement => ({ question, size, waits: [] })),
  );
  for (let index = -warmUps; index < Number(requests); index++) {
    // Now this size first and now that one: whatever the machine does besides meets all of them.
    for (const { question, size, waits } of index % 2 === 0 ? all : all.toReversed()) {
      const { ask, of = 'people' } = questions[question] ?? {};
      const person = size[of][Math.abs(index) % size[of].length];
      const address = person && ask?.(person, index);
      if (address === undefined) throw new Error('Nobody was drawn');
      const waited = await wait(size, address);
      if (index >= 0) waits.push(waited);
    }
  }
  const rows = Map.groupBy(all, ({ question }) => question);
  return [...rows].map(([question, row]) => [question, row.map(({ waits }) => median(waits))]);
}

async function report(name: string, newDatabase: () => Promise<string | null>): Promise<void> {
  const small = await startSized(await newDatabase(), 1, few);
  const large = await startSized(await newDatabase(), 1, Number(most));
  const spread = await startSized(await newDatabase(), Number(most) / 100, 100);
  console.log(`\n${name}: ${most.toLocaleString('en')} users were made in ${large.fillSeconds.toFixed(0)} s`);
  const labels = [
    `of ${few}`,
    `of ${most.toLocaleString('en')}`,
    'ratio',
    `of 100 among ${Number(most) / 100} tenants`,
  ];
  console.log(['p50, ms'.padEnd(30), ...labels].join(' | '));
  for (const [question, [one = NaN, other = NaN, third = NaN]] of await measure([small, large, spread])) {
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
    if (newDatabase === null) console.log('\nPostgreSQL: there is none');
    else await report('PostgreSQL', newDatabase);
  }
} finally {
  await close();
}
