import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import type { Scope } from '../../src/domain/scope.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { setClockAhead } from '../support/clock-ahead.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { dataDirectory, json, run, serve, type Environment } from './command.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { Database } from '../../src/platform/database/database.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

const secrets = { SESSION_SECRETS: 'made-up-'.repeat(5), SECOND_FACTOR_KEYS: 'invented-'.repeat(5) };
const dayMs = 24 * 60 * 60_000;
const patienceMs = 20_000;
const preload = pathToFileURL(path.join(import.meta.dirname, '../support/clock-ahead.preload.ts')).href;

/** @returns the environment with the wall clock of its processes set ahead */
const withClockAhead = (environment: Environment, days: number): Environment => ({
  ...environment,
  NODE_OPTIONS: `--import ${preload}`,
  CLOCK_AHEAD_MS: String(days * dayMs),
});

/** Does some work with the wall clock of this process set ahead. */
async function ahead<T>(days: number, work: () => Promise<T>): Promise<T> {
  const setBack = setClockAhead(days * dayMs);
  return work().finally(setBack);
}

/** Creates a region with a deleted user who can still be restored, and an activity log. */
async function createRegion(databaseUrl: string | null) {
  const directory = dataDirectory();
  const environment = {
    DATA_DIR: directory,
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl, ...secrets }),
  };
  const organization = ['--name', 'Lumière', '--domain', 'lumiere.example', '--language', 'fr'];
  const admin = ['--admin-name', 'Camille', '--admin-username', 'camille@lumiere.example'];
  const { tenantId } = await json<{ tenantId: string }>(['tenant', 'add', ...organization, ...admin], environment);
  const user = ['--tenant', tenantId, '--name', 'Zoé', '--username', 'zoe@lumiere.example'];
  const { userId } = await json<{ userId: string }>(['user', 'add', ...user], environment);

  async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const file = path.join(directory, 'parvis.sqlite');
    const database = openDatabase(
      databaseUrl === null ? { kind: 'sqlite', file } : { kind: 'postgres', url: databaseUrl },
    );
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  }
  const scope = { tenant: { id: tenantId } } as Scope;
  await withDatabase((database) => usersStore.setState(database, scope, userId, 'deleted', Date.now()));
  return {
    environment,
    /** @returns whether the deleted user still exists, and the first entry of the log */
    remaining: () =>
      withDatabase(async (database) => ({
        user: (await usersStore.findDeleted(database, scope, userId)) !== null,
        firstPlace: (await activityStore.getChainEnds(database, scope)).anchor.place + 1,
      })),
  };
}
const everything = { user: true, firstPlace: 1 };

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly clock?: string;
  readonly trustedAt?: string;
  readonly confirmWith?: string;
}

/** Starts the portal, waits for a log line, and stops it. @returns the log lines about deletion */
async function deletionLogLines(environment: Environment, awaited: RegExp): Promise<Line[]> {
  const served = await serve(environment);
  for (const end = Date.now() + patienceMs; !awaited.test(served.errors()) && Date.now() < end;) await wait(50);
  const ended = once(served.child, 'exit');
  served.child.kill('SIGTERM');
  await ended;
  const lines = served.errors().trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => /delet|purge/i.test(msg));
}

interface ClockCase {
  readonly dialect: 'SQLite' | 'PostgreSQL';
  readonly days: number;
  readonly label: string;
  /** Null if there is no PostgreSQL. */
  readonly region: Awaited<ReturnType<typeof createRegion>> | null;
}

// All regions are created before the first test, because tests set the clock of this process ahead.
const server = await postgres();
const ownRegion = await createRegion(null);
const clockCases: readonly ClockCase[] = [
  { dialect: 'SQLite', days: 31, label: '31 days', region: await createRegion(null) },
  { dialect: 'SQLite', days: 11 * 365.25, label: '11 years', region: await createRegion(null) },
  {
    dialect: 'PostgreSQL',
    days: 31,
    label: '31 days',
    region: server === null ? null : await createRegion(server.url),
  },
];

describe('the purge command', () => {
  const { environment, remaining } = ownRegion;

  it('without a terminal, prints the clock, the trusted time and the due data, deletes nothing and exits with 1', async () => {
    const { code, stdout, stderr } = await run(['purge'], environment, 'yes\n');
    assert.deepEqual([code, stderr], [1, '']);
    const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    assert.match(stdout, new RegExp(`^Clock: ${time}\nLast trusted: ${time}\n`));
    assert.match(stdout, /\nNothing is due for deletion\.\nNothing was deleted\. .+: npx parvis purge --yes\n$/);
    assert.deepEqual(await remaining(), everything);
    const later = await run(['purge'], withClockAhead(environment, 31));
    assert.match(
      later.stdout,
      /more than a day ahead.+\nDue for deletion:\n {9}1 {2}deleted users past their restore window/,
    );
    assert.deepEqual(await remaining(), everything);
  });

  it('with --yes, confirms the clock even if nothing is due, and can set the trusted time back', async () => {
    const { code, stdout } = await run(['purge', '--yes'], environment);
    assert.deepEqual([code, stdout], [0, 'The clock is confirmed.\nNothing was due.\n']);
    const confirmed = await ahead(3, () =>
      json<{ isClockTrusted: boolean; deleted: object }>(['purge', '--yes'], environment),
    );
    assert.deepEqual([confirmed.isClockTrusted, confirmed.deleted], [false, {}]);
    const { trustedAt } = await json<{ trustedAt: string }>(['purge', '--yes'], environment);
    assert.ok(Date.parse(trustedAt) > Date.now() + 2 * dayMs);
    const after = await run(['purge', '--json'], environment);
    assert.ok(Date.parse((JSON.parse(after.stdout) as { trustedAt: string }).trustedAt) <= Date.now());
  });

  it('has a help text', async () => {
    const { code, stdout } = await run(['purge', '--help'], environment);
    assert.equal(code, 0);
    for (const word of ['--yes', '--json', 'confirm']) assert.ok(stdout.includes(word), word);
  });
});

for (const { dialect, days, label, region } of clockCases) {
  const skip = dialect === 'SQLite' ? false : skipWithout('postgres', server);
  describe(`a portal on ${dialect} that starts with its clock ${label} ahead`, { skip }, () => {
    if (region === null) return;
    const { environment, remaining } = region;
    const wrong = withClockAhead(environment, days);

    it('deletes nothing and logs the reason and the command that confirms the time', async () => {
      const lines = await deletionLogLines(wrong, /Nothing was deleted/);
      assert.deepEqual(await remaining(), everything);
      assert.deepEqual(
        lines.map(({ level, confirmWith }) => [level, confirmWith]),
        [[40, 'npx parvis purge']],
      );
      const [{ clock = '', trustedAt = '' } = {}] = lines;
      assert.ok(Math.abs(Date.parse(clock) - Date.now() - days * dayMs) < dayMs / 24, clock);
      assert.ok(Math.abs(Date.parse(trustedAt) - Date.now()) < dayMs / 24, trustedAt);
    });

    it('still deletes nothing at the next start, after changes have been recorded at that time', async () => {
      await ahead(days, () => json(['user', 'reset-password', 'camille@lumiere.example'], environment));
      await deletionLogLines(wrong, /Nothing was deleted/);
      assert.deepEqual(await remaining(), everything);
    });

    it('is reported by the check command as a note, not as a fault', async () => {
      const { ok, faults, notes } = await ahead(days, () =>
        json<{ ok: boolean; faults: string[]; notes?: string[] }>(['check'], environment),
      );
      assert.deepEqual([ok, faults], [true, []]);
      assert.match(notes?.join() ?? '', /^The system clock .+ is more than a day ahead .+npx parvis purge/);
    });

    it('deletes the due data after the operator has confirmed the time', async () => {
      const asked = await ahead(days, () => run(['purge', '--json'], environment));
      assert.deepEqual([asked.code, asked.stderr], [1, '']);
      const told = JSON.parse(asked.stdout) as { isClockTrusted: boolean; due: Record<string, number> };
      assert.deepEqual([told.isClockTrusted, told.due.erasedUsers], [false, 1]);
      assert.deepEqual(await remaining(), everything);
      const { deleted } = await ahead(days, () =>
        json<{ deleted: Record<string, number> }>(['purge', '--yes'], environment),
      );
      assert.equal(deleted.erasedUsers, 1);
      const { user, firstPlace } = await remaining();
      assert.equal(user, false);
      assert.equal(firstPlace > 1, days > 31);
    });
  });
}
