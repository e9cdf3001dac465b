/**
 * Measures the response times of liveness checks and pages while another process holds the write lock of the SQLite
 * file and several requests wait for the lock. The response times must be the same as without the lock.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import { median, startMeasured } from './measured-process.ts';
import { signInAll } from './rolling-load.ts';
import { seedTenant } from './seed-tenant.ts';
import { password, type Visitor } from './visitor.ts';

const seconds = Number(process.argv[2] ?? 8);
const pauseMs = 20;
const languages = ['en', 'fr'] as const;
let submitted = 0;
const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));
const { usernames } = await seedTenant(directory, 100);
const portal = await startMeasured('child-portal.ts', { DATA_DIR: directory });
const other = new SqliteFile(path.join(directory, 'parvis.sqlite'));

interface Timed {
  readonly status: number;
  readonly ms: number;
}

async function timed(send: () => Promise<Response>): Promise<Timed> {
  const startedAt = performance.now();
  const { status } = await send();
  return { status, ms: performance.now() - startedAt };
}

/** Repeats a request until `endsAt`, a `performance.now()` timestamp. */
async function repeat(endsAt: number, send: () => Promise<Response>): Promise<Timed[]> {
  const results: Timed[] = [];
  while (performance.now() < endsAt) {
    results.push(await timed(send));
    await delay(pauseMs);
  }
  return results;
}

async function checkHealth(): Promise<Response> {
  const response = await fetch(`${portal.origin}/healthz`);
  await response.arrayBuffer();
  return response;
}

const openPage = async (visitor: Visitor): Promise<Response> => (await visitor.visit('/account-settings')).response;

/** Changes the language of the account, which writes to the database. */
async function write(visitor: Visitor): Promise<Response> {
  const language = languages[submitted++ % languages.length] ?? languages[0];
  return (await visitor.submit('/language', { language, returnTo: '/account-settings' })).response;
}

function describe(what: string, results: readonly Timed[]): string {
  const times = results.map(({ ms }) => ms);
  const statuses = [...new Set(results.map(({ status }) => status))].join('/');
  return `${what.padEnd(22)} ${statuses.padEnd(8)} p50 ${median(times).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`;
}

async function measure(reader: Visitor, writers: readonly Visitor[]): Promise<void> {
  const endsAt = performance.now() + 1_000 * seconds;
  const [health, pages, ...writes] = await Promise.all([
    repeat(endsAt, checkHealth),
    repeat(endsAt, () => openPage(reader)),
    ...writers.map((writer) => repeat(endsAt, () => write(writer))),
  ]);
  console.log(describe(`  /healthz`, health));
  console.log(describe(`  a page`, pages));
  console.log(describe(`  ${writers.length} writers`, writes.flat()));
}

const writerCounts = [1, 8, 20] as const;
const [reader, ...writers] = await signInAll(
  portal.origin,
  Array.from({ length: 1 + Math.max(...writerCounts) }, () => ({ username: usernames[0], password })),
);
try {
  if (reader === undefined) throw new Error('The reader could not sign in');
  for (const count of writerCounts) {
    console.log(`not locked, ${count} writers`);
    await measure(reader, writers.slice(0, count));
    other.exec('begin exclusive');
    console.log(`locked by another process, ${count} writers`);
    await measure(reader, writers.slice(0, count));
    other.exec('commit');
  }
} finally {
  other.close();
  portal.stop();
  rmSync(directory, { recursive: true, force: true });
}
