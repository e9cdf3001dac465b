import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { commandClasses } from '../../src/cli/command-classes.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { dataDirectory, json, run } from './command.ts';
import { snapshotOf } from './database-snapshot.ts';
import { runOnTerminal } from './terminal.ts';

interface Case {
  readonly args: readonly string[];
  /** The output that states what the command would change. */
  readonly effects: RegExp;
}

type Cases = Readonly<Record<string, Case>>;

const REGION_URLS = 'worldwide=http://localhost:3000,germany=http://localhost:3001';
const secrets = { SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: 'k'.repeat(32) };
const classOf = (name: string) => commandClasses[name] ?? 'reads';
const asking = Object.keys(commandClasses).filter((name) => ['interrupting', 'destructive'].includes(classOf(name)));

for (const dialect of ['SQLite', 'PostgreSQL'] as const) {
  const server = dialect === 'SQLite' ? null : await postgres({ empty: true });
  const skip = dialect === 'SQLite' ? false : skipWithout('postgres', server);
  describe(`destructive commands on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const stores = server === null ? {} : { DATABASE_URL: server.url, ...secrets };
    const here = { DATA_DIR: dataDirectory(), REGION_URLS, ...stores };
    const there = { DATA_DIR: dataDirectory(), REGION: 'germany', BASE_URL: 'http://localhost:3001', REGION_URLS };
    const cases = await prepare(here, there);

    test('every destructive command is tested here', () => {
      assert.deepEqual(Object.keys(cases).sort(), asking.toSorted());
    });

    for (const [name, { args, effects }] of Object.entries(cases)) {
      const line = [...name.split(' '), ...args];

      if (classOf(name) === 'destructive') {
        test(`${name} without a terminal requires --yes and changes nothing`, async () => {
          const before = await snapshotOf(here);
          for (const more of [[], ['--json']]) {
            const { code, stdout, stderr } = await run([...line, ...more], here, 'yes\n');
            assert.equal(code, 1, stderr);
            assert.match(`${stdout}${stderr}`, effects);
            assert.match(`${stdout}${stderr}`, /--yes|"deleted":null/);
            if (more.length > 0) assert.equal((JSON.parse(stdout) as { ok: boolean }).ok, false);
          }
          assert.deepEqual(await snapshotOf(here), before);
        });
      }

      test(`${name} --dry-run prints what would change and changes nothing, even with --yes`, async () => {
        const before = await snapshotOf(here);
        for (const more of [['--dry-run'], ['--dry-run', '--yes'], ['--dry-run', '--json']]) {
          const { code, stdout, stderr } = await run([...line, ...more], here);
          assert.deepEqual([code, stderr], [0, ''], stderr);
          assert.match(stdout, more.includes('--json') ? /"dryRun":true/ : effects);
        }
        assert.deepEqual(await snapshotOf(here), before);
      });

      test(`${name} on a terminal changes nothing if the operator does not confirm`, async () => {
        const before = await snapshotOf(here);
        for (const answer of ['no\n', 'y\n', '\n', '']) {
          const { code, stdout } = await runOnTerminal(line, here, answer);
          assert.equal(code, 1, answer);
          assert.match(stdout, effects);
          assert.match(stdout, /\(yes\/no\)/);
        }
        assert.deepEqual(await snapshotOf(here), before);
      });

      test(`${name} on a terminal makes the change once the operator confirms`, async () => {
        const before = await snapshotOf(here);
        const { code, stderr } = await runOnTerminal(line, here, 'yes\n');
        assert.deepEqual([code, stderr], [0, ''], stderr);
        assert.notDeepEqual(await snapshotOf(here), before);
      });
    }
  });
}

type Region = Readonly<Record<string, string>> & { readonly DATA_DIR: string };

/** Prepares a region in which every destructive command has something to change. */
async function prepare(here: Region, there: Region): Promise<Cases> {
  const suspended = await addTenant(here, 'suspended.example');
  await addTenant(here, 'expired.example');
  const factor = ['--tenant', await addTenant(here, 'factor.example')];
  await json(['user', 'add', ...factor, '--name', 'Noah', '--username', 'noah@factor.example'], here);
  const canceled = await addTenant(here, 'canceled.example');
  const moved = await addTenant(here, 'moved.example');
  const leaving = await addTenant(here, 'leaving.example');
  await json(['operator', 'add', '--name', 'Ada', '--username', 'ada@hosting.example'], here);
  await addSessions(here);
  const { recipient } = await json<{ recipient: string }>(['region', 'key'], there);
  const file = (name: string): string => path.join(path.dirname(there.DATA_DIR), name);
  const out = ['--to', 'germany', '--recipient', recipient, '--passwords', 'keep', '--file'];
  await json(['tenant', 'move-out', canceled, ...out, file('canceled.age'), '--yes'], here);
  await json(['tenant', 'move-out', moved, ...out, file('moved.age'), '--yes'], here);
  const [keyOfHere, keyOfThere] = [await acceptKeyOf(here), await acceptKeyOf(there)];
  const taken = ['tenant', 'move-in', file('moved.age'), ...keyOfHere];
  const { receipt } = await json<{ receipt: object }>(taken, there);
  writeFileSync(file('receipt.json'), JSON.stringify(receipt));
  const undone = await importCanceled(here, there, file);
  const china = { DATA_DIR: dataDirectory(), REGION: 'china' };
  await json(['route', 'add', 'a.example', 'china'], china);
  writeFileSync(file('passwords.txt'), 'nordwind und sonne\nzwei alte esel singen\n');
  writeFileSync(file('routes.json'), (await run(['route', 'export'], china)).stdout);
  return {
    'user remove-second-factor': { args: ['ada@factor.example'], effects: /recovery codes \(1\).*sessions \(1\)/ },
    'user make-global-admin': {
      args: ['noah@factor.example', '--reason', 'Ada left'],
      effects: /becomes a Global admin of factor\.example/,
    },
    'tenant suspend': { args: [suspended], effects: /ends all sessions \(1\).*for its users \(1\)/ },
    'tenant move-out': {
      args: [leaving, ...out, file('leaving.age')],
      effects: /blocks sign-in for its users \(1\).*do not move.*sessions, which end: 1/s,
    },
    'tenant move-refuse': {
      args: ['--move', `${'0000-'.repeat(7)}0000`],
      effects: /permanent: this region will never import it/,
    },
    'tenant move-undo': {
      args: [undone, '--cancellation', file('cancellation.json')],
      effects: /permanently deletes undone\.example.*germany has canceled the move/s,
    },
    'tenant move-cancel': {
      args: [canceled, '--force', '--reason', 'lost'],
      effects: /makes the tenant active.*active in both regions/s,
    },
    'tenant move-done': {
      args: [moved, '--receipt', file('receipt.json'), ...keyOfThere],
      effects: /permanently deletes.*users: 1, log entries: [1-9]/s,
    },
    'operator delete': { args: ['ada@hosting.example'], effects: /ends all sessions \(1\).*stays taken for 30 days/s },
    'route import': { args: [file('routes.json')], effects: /new key of china .*adds: 1\. .*changes: 0/s },
    'passwords import': { args: [file('passwords.txt')], effects: /removes 0 and adds 2/ },
    purge: { args: [], effects: /"?sessions"?:1|1 {2}sessions/ },
  };
}

/** Imports a tenant whose move the other region cancels afterwards. @returns its ID */
async function importCanceled(here: Region, there: Region, file: (name: string) => string): Promise<string> {
  const id = await addTenant(there, 'undone.example');
  const { recipient } = await json<{ recipient: string }>(['region', 'key'], here);
  const out = ['--to', 'worldwide', '--recipient', recipient, '--passwords', 'keep', '--file', file('undone.age')];
  await json(['tenant', 'move-out', id, ...out, '--yes'], there);
  await json(['tenant', 'move-in', file('undone.age'), ...(await acceptKeyOf(there))], here);
  await json(['tenant', 'move-cancel', id, '--force', '--reason', 'a mistake', '--yes'], there);
  writeFileSync(file('cancellation.json'), (await run(['tenant', 'cancellation', id], there)).stdout);
  return id;
}

async function acceptKeyOf(region: Region): Promise<string[]> {
  const { fingerprint } = await json<{ fingerprint: string }>(['region', 'key'], region);
  return ['--accept-key', fingerprint];
}

/** Gives every user a session and a second factor with one recovery code, and adds one expired session. */
async function addSessions({ DATA_DIR, DATABASE_URL }: Region): Promise<void> {
  const database = openDatabase(
    DATABASE_URL === undefined
      ? { kind: 'sqlite', file: path.join(DATA_DIR, 'parvis.sqlite') }
      : { kind: 'postgres', url: DATABASE_URL },
  );
  const { knex } = database;
  const users = await knex('users').pluck<string[]>('id');
  const [expired] = await knex('users').where('username', 'ada@expired.example').pluck<string[]>('id');
  const at = Date.now();
  const session = (user_id: string, seen_at: number) => ({
    id: randomUUID(),
    user_id,
    device: 'x',
    created_at: seen_at,
    seen_at,
  });
  await knex('user_sessions').insert([...users.map((id) => session(id, at)), session(expired ?? '', 0)]);
  await knex('users').where('username', 'ada@factor.example').update({ second_factor_at: at });
  const [id] = await knex('users').where('username', 'ada@factor.example').pluck<string[]>('id');
  await knex('credentials').insert({ user_id: id, kind: 'recoveryCode', secret: 'x', created_at: at });
  await database.close();
}

async function addTenant(here: Region, domain: string): Promise<string> {
  const names = ['--name', domain, '--domain', domain, '--language', 'en', '--admin-name', 'Ada'];
  const admin = ['--admin-username', `ada@${domain}`];
  return (await json<{ tenantId: string }>(['tenant', 'add', ...names, ...admin], here)).tenantId;
}
