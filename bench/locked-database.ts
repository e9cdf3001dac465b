/**
 * Measures how long liveness checks and pages wait while another process holds the write lock of the SQLite file, and
 * several requests wait for it. The portal must answer them as if the file were not locked.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import { median, startMeasured } from './measured-process.ts';
import { seedTenant } from './seed-tenant.ts';
import { createVisitor } from './visitor.ts';

const seconds = Number(process.argv[2] ?? 8);
const pauseMs = 20;
const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));
const { usernames } = await seedTenant(directory, 100);
const portal = await startMeasured('child-portal.ts', { DATA_DIR: directory });
const other = new SqliteFile(path.join(directory, 'parvis.sqlite'));

interface Timed {
  readonly status: number;
  readonly ms: number;
}

async function timed(address: string, headers: Record<string, string> = {}): Promise<Timed> {
  const startedAt = performance.now();
  const response = await fetch(portal.origin + address, { headers, redirect: 'manual' });
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - startedAt };
}

/** Repeats a request until `endsAt`, a time of `performance.now()`. */
async function repeat(endsAt: number, address: string, headers?: Record<string, string>): Promise<Timed[]> {
  const results: Timed[] = [];
  while (performance.now() < endsAt) {
    results.push(await timed(address, headers));
    await delay(pauseMs);
  }
  return results;
}

function describe(what: string, results: readonly Timed[]): string {
  const times = results.map(({ ms }) => ms);
  const statuses = [...new Set(results.map(({ status }) => status))].join('/');
  return `${what.padEnd(22)} ${statuses.padEnd(8)} p50 ${median(times).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`;
}

async function measure(writers: number): Promise<void> {
  const endsAt = performance.now() + 1_000 * seconds;
  // A visitor's page saves a new session, so each of these requests writes.
  const [health, pages, ...writes] = await Promise.all([
    repeat(endsAt, '/healthz'),
    repeat(endsAt, '/account-settings', { Cookie: cookies }),
    ...Array.from({ length: writers }, () => repeat(endsAt, '/sign-in')),
  ]);
  console.log(describe(`  /healthz`, health));
  console.log(describe(`  a page`, pages));
  console.log(describe(`  ${writers} writers`, writes.flat()));
}

const cookies = (await createVisitor(portal.origin).signIn(usernames[0])).cookies();
try {
  for (const writers of [1, 8, 20]) {
    console.log(`not locked, ${writers} writers`);
    await measure(writers);
    other.exec('begin exclusive');
    console.log(`locked by another process, ${writers} writers`);
    await measure(writers);
    other.exec('commit');
  }
} finally {
  other.close();
  portal.stop();
  rmSync(directory, { recursive: true, force: true });
}
