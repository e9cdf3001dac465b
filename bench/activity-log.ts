/**
 * Measures the activity log of a large tenant: the time to load recent and old pages with each kind of filter, and the
 * duration and memory use of an export.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../src/platform/config/config.ts';
import { openSubscribedDatabase } from '../src/core/open-database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { normalizePassword } from '../src/domain/people/password.ts';
import { createScope, type Scope } from '../src/domain/scope.ts';
import { wholeLog, type LogFilter, type LogPosition, activityStore } from '../src/core/activity/index.ts';
import { tenantsStore, usersStore } from '../src/core/accounts/index.ts';
import { startPostgres } from '../test/support/servers.ts';
import { load, startMeasured, type Measured } from './measured-process.ts';
import { writeLog } from './log-entries.ts';
import { createVisitor, password } from './visitor.ts';
import type { Database } from '../src/platform/database/database.ts';
import { operator } from '../src/domain/principal.ts';
import { createHasher } from '../src/platform/keys/hasher.ts';

const entryCount = Number(process.argv[2] ?? 1_000_000);
const onPostgres = process.argv[3] === 'postgres';
const peopleCount = 2_000;
const runs = 200;
const pageLimit = 51;
const minuteMs = 60_000;
// The memory of a new process grows under load and then levels off.
const warmUpSeconds = 15;
const username = 'camille@bench.example';
const megabyte = 1024 * 1024;

const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));
const postgres = onPostgres ? await startPostgres() : null;
const environment = {
  DATA_DIR: directory,
  SESSION_SECRETS: randomBytes(32).toString('base64url'),
  SECOND_FACTOR_KEYS: randomBytes(32).toString('base64url'),
  ...(postgres === null ? {} : { DATABASE_URL: postgres.url }),
};

/** Fills the log with generated entries. @returns the id of the user who is the actor in half of the entries */
async function fill(database: Database, scope: Scope): Promise<string> {
  const passwordHash = await createHasher().hash(normalizePassword(password));
  const people = Array.from({ length: peopleCount }, () => randomUUID());
  await database.transaction(async (tx) => {
    const { tenant } = scope;
    await tenantsStore.insert(tx, { ...tenant, state: 'active', createdAt: Date.now(), domains: ['bench.example'] });
    for (const [index, id] of people.entries()) {
      await usersStore.insert(tx, scope, {
        ...{ id, username: index === 0 ? username : `${index}@bench.example`, passwordHash },
        ...{ firstName: 'Camille', lastName: `Nº ${index}`, displayName: `Camille Nº ${index}`, language: 'fr' },
        ...{ administratorLevel: index === 0 ? 'global' : 'none', agentLevel: 'none', state: 'active' },
        ...{ password: 'own', temporaryUntil: null, passwordSetBy: null, passwordSetAt: 0 },
        ...{ lastSignInAt: null, createdAt: 0 },
      });
    }
  });
  await writeLog(database, scope.tenant.id, people, entryCount);
  return people[0] ?? '';
}

async function measurePages(database: Database, scope: Scope, busy: string): Promise<void> {
  const middle = Date.now() - (entryCount / 2) * minuteMs;
  const deep: LogPosition = { at: middle, place: 0 };
  const range = { from: middle, until: middle + 24 * 60 * minuteMs };
  const rare = { group: 'organization' } as const;
  const table: [what: string, filter: Partial<LogFilter>, before?: LogPosition][] = [
    ['newest page', {}],
    ['page in the middle', {}, deep],
    ['one kind', { group: 'users' }],
    ['a rare kind', rare],
    ['a rare kind, in the middle', rare, deep],
    ['the busiest user', { user: busy }],
    ['the busiest user, in the middle', { user: busy }, deep],
    ['the busiest user, a rare kind', { user: busy, ...rare }],
    ['a user without entries', { user: randomUUID() }],
    ['one day, long ago', range],
    ['one day, long ago, a rare kind', { ...range, ...rare }],
    ['user, kind and day', { user: busy, group: 'signIn', ...range }],
  ];
  for (const [what, filter, before = null] of table) {
    const request = {
      filter: { ...wholeLog, ...filter },
      order: 'newestFirst',
      after: null,
      before,
      limit: pageLimit,
    } as const;
    const times: number[] = [];
    let found = 0;
    for (let run = 0; run < runs; run++) {
      const startedAt = performance.now();
      found = (await activityStore.listEntries(database, scope, request)).length;
      times.push(performance.now() - startedAt);
    }
    times.sort((one, other) => one - other);
    const [p50, p99] = [times[runs / 2] ?? 0, times[Math.floor(runs * 0.99)] ?? 0];
    console.log(
      `${what.padEnd(34)} ${String(found).padStart(3)} entries   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms`,
    );
  }
}

/** Downloads a file as fast as possible and discards it. */
async function measureExport(portal: Measured, headers: Record<string, string>, query: string): Promise<void> {
  const before = await portal.rss();
  let [highest, bytes, done] = [before, 0, false];
  const watching = (async () => {
    while (!done) {
      highest = Math.max(highest, await portal.rss());
      await wait(50);
    }
  })();
  const startedAt = performance.now();
  const response = await fetch(`${portal.origin}/account-settings/activity-log/${query}`, { headers });
  if (!response.ok || response.body === null) throw new Error(`${query}: ${response.status}`);
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
  const seconds = (performance.now() - startedAt) / 1_000;
  done = true;
  await watching;
  const mb = (size: number): string => (size / megabyte).toFixed(0);
  console.log(
    `${query.slice(0, 24).padEnd(26)} ${mb(bytes)} MB in ${seconds.toFixed(1)} s   memory ${mb(before)} MB before, ${mb(highest)} MB peak: +${mb(highest - before)} MB`,
  );
}

let portal: Measured | null = null;
try {
  const { config } = readConfig(environment);
  if (config === null) throw new Error('The environment is invalid');
  await migrate(config.database);
  const database = openSubscribedDatabase(config.database);
  const tenant = { id: randomUUID(), name: 'Bench', language: 'fr' } as const;
  const scope = createScope({
    rules: config.rules,
    language: 'fr',
    requestId: 'bench',
    now: Date.now(),
    address: null,
    tenant,
    principal: operator,
  });
  const busy = await fill(database, scope);
  if (onPostgres) await database.knex.raw('vacuum analyze');
  console.log(
    `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, ${database.dialect}, ${entryCount} entries, ${new Date().toISOString().slice(0, 10)}`,
  );
  await measurePages(database, scope, busy);
  await database.close();
  for (const warm of [false, true]) {
    portal = await startMeasured('child-portal.ts', environment);
    const headers = {
      Cookie: (await createVisitor(portal.origin).signIn(username)).cookies(),
      'Accept-Language': 'fr',
    };
    if (warm) await load(portal, '/account-settings/activity-log', headers, warmUpSeconds);
    console.log(warm ? `after ${warmUpSeconds} seconds of load` : 'after start');
    for (const query of ['export.jsonl', 'export.csv', 'export.jsonl?kind=signIn', `export.csv?user=${busy}`])
      await measureExport(portal, headers, query);
    portal.stop();
  }
} finally {
  portal?.stop();
  await postgres?.stop();
  rmSync(directory, { recursive: true, force: true });
}
