import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../../src/platform/database/open.ts';
import * as processesStore from '../../src/platform/processes/processes.store.ts';
import { eachDialect } from '../data/databases.ts';
import { postgres } from '../support/services.ts';
import { dataDirectory, json, run, serve, type Served } from './command.ts';
import { snapshotOf } from './database-snapshot.ts';

const [secret, newSecret] = ['canary-one-'.repeat(4), 'canary-two-'.repeat(4)];

interface Status {
  readonly ok: boolean;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
  readonly region: string;
  readonly processes: readonly { readonly pid: number; readonly version: string; readonly revision: string }[];
}

/** @returns a rules file of worldwide with longer passwords and the same revision */
function stricterRules(): string {
  const file = path.join(dataDirectory(), '../rules.json');
  const rules = JSON.parse(readFileSync('rules/worldwide.json', 'utf8')) as { password: { minimumLength: number } };
  rules.password.minimumLength += 1;
  writeFileSync(file, JSON.stringify({ ...rules, $schema: undefined }));
  return file;
}

const messagesOf = ({ errors }: Served): string[] =>
  errors()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

async function stop({ child, ended }: Served): Promise<void> {
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
}

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  const DATABASE_URL = config.kind === 'sqlite' ? `sqlite:${config.file}` : config.url;
  const common = { DATABASE_URL, DATA_DIR: dataDirectory(), SESSION_SECRETS: secret, SECOND_FACTOR_KEYS: secret };

  const statusNow = async (code = 0): Promise<Status> => {
    const outcome = await run(['status', '--json'], common);
    assert.equal(outcome.code, code, outcome.stdout + outcome.stderr);
    return JSON.parse(outcome.stdout) as Status;
  };
  /** Waits until this number of processes has reported. */
  const untilRunning = async (count: number): Promise<void> => {
    const database = openDatabase(config);
    for (let asked = 0; asked < 200; asked++) {
      if ((await processesStore.listRunning(database, Date.now)).processes.length === count) break;
      await wait(50);
    }
    await database.close();
  };

  describe(`the processes of a region, on ${dialect}`, { skip, concurrency: false }, () => {
    test('are listed by status while they run, without their secrets', async () => {
      await json(['migrate'], common);
      assert.deepEqual((await statusNow()).processes, []);
      const server = await serve(common);
      await untilRunning(1);
      const { ok, region, processes } = await statusNow();
      assert.deepEqual([ok, region, processes.map(({ pid }) => pid)], [true, 'worldwide', [server.child.pid]]);
      const stored = JSON.stringify(await snapshotOf(common)) + JSON.stringify(processes);
      assert.doesNotMatch(stored, /canary/);
      const { stdout } = await run(['status'], common);
      assert.match(
        stdout,
        new RegExp(`^Region worldwide, fingerprint [0-9a-f-]{39}\n\\S+ {2}pid ${server.child.pid} `),
      );
      await stop(server);
      assert.deepEqual((await statusNow()).processes, []);
      assert.equal((await run(['status'], common)).stdout.trimEnd().split('\n').at(-1), 'No server is running.');
    });

    const differing: readonly [what: string, settings: () => Record<string, string>, fault: RegExp][] = [
      [
        'apply other rules',
        () => ({ REGION_RULES: stricterRules() }),
        /^REGION_RULES: processes of this region apply different rules/,
      ],
      [
        'share no session secret',
        () => ({ SESSION_SECRETS: newSecret }),
        /^SESSION_SECRETS: processes of this region do not share/,
      ],
      [
        'share no key of second factors',
        () => ({ SECOND_FACTOR_KEYS: newSecret }),
        /^SECOND_FACTOR_KEYS: processes of this region do not share/,
      ],
    ];
    for (const [what, settings, fault] of differing) {
      test(`that ${what} are reported by check, status and the log, until one of them stops`, async () => {
        const one = await serve(common);
        await untilRunning(1);
        const other = await serve({ ...common, ...settings() });
        await untilRunning(2);
        const { ok, faults } = await statusNow(1);
        assert.deepEqual([ok, faults.length], [false, 1]);
        assert.match(faults[0] ?? '', fault);
        const checked = await run(['check', '--json'], common);
        assert.deepEqual([checked.code, (JSON.parse(checked.stdout) as Status).faults], [1, faults]);
        // The other process saw both with its first report.
        for (let asked = 0; asked < 100 && !messagesOf(other).some((each) => each.includes('differ')); asked++)
          await wait(50);
        assert.ok(messagesOf(other).includes(`Processes of this region differ in ${faults[0] ?? ''}`));
        assert.doesNotMatch(other.errors() + checked.stdout, /canary/);
        await stop(other);
        assert.deepEqual(await json(['check'], common), { ok: true, faults: [] });
        await stop(one);
      });
    }

    test('during a rotation of secrets are no fault, and are noted', async () => {
      const one = await serve(common);
      await untilRunning(1);
      const rotated = `${newSecret},${secret}`;
      const other = await serve({ ...common, SESSION_SECRETS: rotated, SECOND_FACTOR_KEYS: rotated });
      await untilRunning(2);
      const { ok, faults, notes } = await statusNow();
      assert.deepEqual([ok, faults, notes.length], [true, [], 2]);
      const checked = await json<Status>(['check'], common);
      assert.deepEqual([checked.ok, checked.notes], [true, notes]);
      await stop(one);
      await stop(other);
    });

    test('that ended without notice are not compared after 90 seconds, and are deleted after ten minutes', async () => {
      const database = openDatabase(config);
      const server = await serve({ ...common, SESSION_SECRETS: newSecret });
      await untilRunning(1);
      server.child.kill('SIGKILL');
      await server.ended;
      const other = await serve(common);
      await untilRunning(2);
      assert.equal((await statusNow(1)).faults.length, 1);
      const { knex } = database;
      const gone = knex('processes').where({ pid: server.child.pid ?? 0 });
      await gone.clone().update({ seen_at: knex.raw('seen_at - 91000') });
      assert.deepEqual([(await statusNow()).faults, (await statusNow()).processes.length], [[], 1]);
      await gone.clone().update({ seen_at: knex.raw('seen_at - 600000') });
      const [own] = (await processesStore.listRunning(database, Date.now)).processes;
      assert.ok(own);
      const { startedAt: _, seenAt: _seen, ...state } = own;
      await processesStore.report(database, state, Date.now);
      assert.equal((await gone.clone().select()).length, 0);
      await database.close();
      await stop(other);
    });
  });
}
