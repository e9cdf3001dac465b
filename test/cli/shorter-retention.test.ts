import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { builtInRulesFile } from '../../src/platform/config/rules.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { isLongRun } from '../support/dialects.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { dataDirectory, json, run, serve, type Environment } from './command.ts';
import { runOnTerminal } from './terminal.ts';

const dayMs = 24 * 60 * 60_000;
const maxWaitMs = 30_000;
const secrets = { SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: 'k'.repeat(32) };

interface Due {
  readonly deleted: Record<string, number> | null;
  readonly shortened: readonly { rule: string; from: number; to: number }[];
}

/** Writes a rules file for the region with different retention periods. @returns the setting that selects them */
function rulesWith(retentionDays: number, restoreWindowDays: number): Environment {
  const rules = JSON.parse(readFileSync(builtInRulesFile('worldwide') ?? '', 'utf8')) as { activityLog: object };
  const file = path.join(path.dirname(dataDirectory()), 'rules.json');
  const activityLog = { ...rules.activityLog, retentionDays };
  writeFileSync(file, JSON.stringify({ ...rules, activityLog, restoreWindowDays }));
  return { REGION_RULES: file };
}

for (const dialect of isLongRun ? (['SQLite', 'PostgreSQL'] as const) : (['SQLite'] as const)) {
  const server = dialect === 'SQLite' ? null : await postgres({ empty: true });
  const skip = dialect === 'SQLite' ? false : skipWithout('postgres', server);
  describe(`a shorter retention period on ${dialect}`, { skip, concurrency: false }, async () => {
    if (skip !== false) return;
    const stores = server === null ? {} : { DATABASE_URL: server.url, ...secrets };
    const confirmed = { DATA_DIR: dataDirectory(), ...stores, ...rulesWith(3650, 30) };
    const shorter = { ...confirmed, ...rulesWith(1, 2) };
    const longer = { ...confirmed, ...rulesWith(4000, 30) };
    await addOldData(confirmed);

    test('deletes nothing at the start, and is logged with the counts', async () => {
      const before = await countRows(confirmed);
      const lines = await linesOfServer(shorter, /shorten a retention period/);
      assert.deepEqual(await countRows(confirmed), before);
      const [warning] = lines.filter(({ msg }) => msg.includes('shorten'));
      assert.deepEqual(warning?.due, { erasedUsers: 1, trimmedEntries: before.entries });
      assert.deepEqual([warning?.level, warning?.confirmWith], [40, 'npx parvis purge']);
    });

    test('is reported by check as a note with the counts', async () => {
      const { ok, notes } = await json<{ ok: boolean; notes: string[] }>(['check'], shorter);
      assert.equal(ok, true);
      assert.match(
        notes.join(),
        /shorten activityLog.retentionDays from 3650 to 1 days.*would also delete.*: 1, .*: \d/,
      );
      assert.match(notes.join(), /npx parvis purge/);
    });

    test('is listed by purge, which does not apply it without confirmation', async () => {
      const before = await countRows(confirmed);
      const { code, stdout } = await run(['purge', '--json'], shorter);
      const shortened = [
        { rule: 'restoreWindowDays', from: 30, to: 2 },
        { rule: 'activityLog.retentionDays', from: 3650, to: 1 },
      ];
      assert.deepEqual([code, (JSON.parse(stdout) as Due).shortened], [1, shortened]);
      assert.equal((await runOnTerminal(['purge'], shorter, 'no\n')).code, 1);
      assert.deepEqual(await countRows(confirmed), before);
    });

    test('is not applied without confirmation after a longer period was in use', async () => {
      await linesOfServer(longer, /ready/);
      await waitUntil(async () => (await daysOf(confirmed)) === 4000);
      const { stdout } = await run(['purge', '--json'], confirmed);
      const shortened = [{ rule: 'activityLog.retentionDays', from: 4000, to: 3650 }];
      assert.deepEqual((JSON.parse(stdout) as Due).shortened, shortened);
    });

    test('deletes data once the operator has confirmed it, and then needs no further confirmation', async () => {
      const { deleted } = await json<Due>(['purge', '--yes'], shorter);
      assert.equal(deleted?.erasedUsers, 1);
      assert.ok((deleted?.trimmedEntries ?? 0) > 0);
      assert.equal((await countRows(confirmed)).deletedUsers, 0);
      assert.deepEqual(await json(['check'], shorter), { ok: true, faults: [] });
      assert.deepEqual((await json<Due>(['purge', '--yes'], shorter)).shortened, []);
    });
  });
}

async function withKnex<T>(
  { DATA_DIR = '', DATABASE_URL }: Environment,
  work: (knex: ReturnType<typeof openDatabase>['knex']) => Promise<T>,
): Promise<T> {
  const sqlite = { kind: 'sqlite', file: path.join(DATA_DIR, 'parvis.sqlite') } as const;
  const database = openDatabase(DATABASE_URL === undefined ? sqlite : { kind: 'postgres', url: DATABASE_URL });
  try {
    return await work(database.knex);
  } finally {
    await database.close();
  }
}

/** Adds a tenant whose log is five days old, with a user who was deleted five days ago. */
async function addOldData(environment: Environment): Promise<void> {
  const names = ['--name', 'Kiesel', '--domain', 'kiesel.example', '--language', 'en', '--admin-name', 'Ada'];
  const admin = ['--admin-username', 'ada@kiesel.example'];
  const { tenantId } = await json<{ tenantId: string }>(['tenant', 'add', ...names, ...admin], environment);
  const user = ['--tenant', tenantId, '--name', 'Zoe', '--username', 'zoe@kiesel.example'];
  const { userId } = await json<{ userId: string }>(['user', 'add', ...user], environment);
  const at = Date.now() - 5 * dayMs;
  await withKnex(environment, async (knex) => {
    await knex('users').where({ id: userId }).update({ state: 'deleted', deleted_at: at });
    await knex('activity').update({ at });
    await knex('retention_clock').insert({ id: 1, trusted_at: Date.now() });
  });
}

// This is a function declaration, because the tests on SQLite begin while this module still waits for PostgreSQL.
function countRows(environment: Environment): Promise<{ entries: number; deletedUsers: number }> {
  return withKnex(environment, async (knex) => ({
    entries: (await knex('activity').select('id')).length,
    deletedUsers: (await knex('users').where({ state: 'deleted' }).select('id')).length,
  }));
}

function daysOf(environment: Environment): Promise<number | undefined> {
  return withKnex(environment, async (knex) => {
    const rule = 'activityLog.retentionDays';
    const [days] = await knex('retention_periods').where({ rule }).pluck<number[]>('days');
    return days;
  });
}

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly due?: Record<string, number>;
  readonly confirmWith?: string;
}

/** Starts the portal, waits for a log line, and stops it. */
async function linesOfServer(environment: Environment, awaited: RegExp): Promise<Line[]> {
  const served = await serve(environment);
  await waitUntil(() => Promise.resolve(awaited.test(served.errors())));
  // The jobs that run after the start may not have finished yet.
  await wait(500);
  served.child.kill('SIGTERM');
  await served.ended;
  return served
    .errors()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + maxWaitMs; !(await condition()) && Date.now() < end;) await wait(50);
}
