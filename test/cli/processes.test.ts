import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { readConfig } from '../../src/platform/config/config.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { getIdentity } from '../../src/platform/database/deployment.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { createHeartbeat } from '../../src/platform/processes/heartbeat.ts';
import { ownState, type ProcessState } from '../../src/platform/processes/process-state.ts';
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

/** @returns a copy of the worldwide rules file with the same revision but a longer minimum password */
function stricterRules(): string {
  const file = path.join(dataDirectory(), '../rules.json');
  const rules = JSON.parse(readFileSync('rules/worldwide.json', 'utf8')) as { password: { minimumLength: number } };
  rules.password.minimumLength += 1;
  writeFileSync(file, JSON.stringify({ ...rules, $schema: undefined }));
  return file;
}

/** A process that is not a server. */
interface Other {
  readonly state: ProcessState;
  end(): Promise<void>;
  readonly messages: () => string[];
}

const messagesOf = (log: string): string[] =>
  log
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
  const runningPids = async (): Promise<readonly (number | undefined)[]> =>
    (await statusNow()).processes.map(({ pid }) => pid);

  describe(`the processes of a region, on ${dialect}`, { skip, concurrency: false }, () => {
    let database: Database;
    let server: Served;
    before(async () => {
      await json(['migrate'], common);
      database = openDatabase(config);
      assert.deepEqual(await runningPids(), []);
      server = await serve(common);
      for (let asked = 0; asked < 200 && (await runningPids()).length === 0; asked++) await wait(50);
    });
    after(() => database.close());

    /** Registers a process whose settings differ from those of the server, as a second server would. */
    async function startOther(settings: Readonly<Record<string, string>>): Promise<Other> {
      const { config } = readConfig({ ...common, ...settings });
      assert.ok(config);
      const { rules, sessionSecrets: secrets, secondFactorKeys } = config;
      const identity = await getIdentity(database);
      const state = ownState({ host: { name: 'other', pid: 1 }, rules, identity, secrets, secondFactorKeys });
      let logged = '';
      const log = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) });
      const heartbeat = createHeartbeat({ database, state, clock: Date.now, log });
      await heartbeat.job.run(new AbortController().signal);
      return { state, end: () => heartbeat.end(), messages: () => messagesOf(logged) };
    }

    test('are listed by status while they run, without their secrets', async () => {
      const { ok, region, processes } = await statusNow();
      assert.deepEqual([ok, region, processes.map(({ pid }) => pid)], [true, 'worldwide', [server.child.pid]]);
      const stored = JSON.stringify(await snapshotOf(common)) + JSON.stringify(processes);
      assert.doesNotMatch(stored, /canary/);
      const { stdout } = await run(['status'], common);
      assert.match(
        stdout,
        new RegExp(`^Region worldwide, fingerprint [0-9a-f-]{39}\n\\S+ {2}pid ${server.child.pid} `),
      );
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
        'share no second-factor key',
        () => ({ SECOND_FACTOR_KEYS: newSecret }),
        /^SECOND_FACTOR_KEYS: processes of this region do not share/,
      ],
    ];
    for (const [what, settings, fault] of differing) {
      test(`that ${what} are reported by check, status and the log until one process stops`, async () => {
        const other = await startOther(settings());
        const { ok, faults } = await statusNow(1);
        assert.deepEqual([ok, faults.length], [false, 1]);
        assert.match(faults[0] ?? '', fault);
        const checked = await run(['check', '--json'], common);
        assert.deepEqual([checked.code, (JSON.parse(checked.stdout) as Status).faults], [1, faults]);
        assert.deepEqual(other.messages(), [`Processes of this region differ in ${faults[0] ?? ''}`]);
        assert.doesNotMatch(checked.stdout, /canary/);
        await other.end();
        assert.deepEqual(await json(['check'], common), { ok: true, faults: [] });
      });
    }

    test('are noted but not reported as faults during a rotation of secrets', async () => {
      const rotated = `${newSecret},${secret}`;
      const other = await startOther({ SESSION_SECRETS: rotated, SECOND_FACTOR_KEYS: rotated });
      const { ok, faults, notes } = await statusNow();
      assert.deepEqual([ok, faults, notes.length], [true, [], 2]);
      const checked = await json<Status>(['check'], common);
      assert.deepEqual([checked.ok, checked.notes], [true, notes]);
      await other.end();
    });

    test('that ended without notice are not compared after 90 seconds, and are deleted after ten minutes', async () => {
      const { state } = await startOther({ SESSION_SECRETS: newSecret });
      assert.equal((await statusNow(1)).faults.length, 1);
      const { knex } = database;
      const ended = knex('processes').where({ id: state.id });
      await ended.clone().update({ seen_at: knex.raw('seen_at - 91000') });
      assert.deepEqual([(await statusNow()).faults, await runningPids()], [[], [server.child.pid]]);
      await ended.clone().update({ seen_at: knex.raw('seen_at - 600000') });
      await (await startOther({})).end();
      assert.equal((await ended.clone().select()).length, 0);
    });

    test('are no longer listed after they have stopped', async () => {
      const other = await startOther({ SESSION_SECRETS: newSecret });
      const second = await serve(common);
      const difference = '"msg":"Processes of this region differ in SESSION_SECRETS';
      for (let asked = 0; asked < 100 && !second.errors().includes(difference); asked++) await wait(50);
      assert.ok(second.errors().includes(difference));
      assert.doesNotMatch(second.errors(), /canary/);
      await other.end();
      await stop(second);
      await stop(server);
      assert.deepEqual(await runningPids(), []);
      assert.equal((await run(['status'], common)).stdout.trimEnd().split('\n').at(-1), 'No server is running.');
    });
  });
}
