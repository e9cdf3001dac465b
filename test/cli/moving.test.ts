import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../src/platform/database/open.ts';
import type { Receipt } from '../../src/core/moving/receipt.ts';
import { newUser, worldwide } from '../data/databases.ts';
import { createScope } from '../../src/domain/scope.ts';
import { dataDirectory, fault, json, run, start } from './command.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { operator } from '../../src/domain/principal.ts';

const REGION_URLS = 'worldwide=http://localhost:3000,germany=http://localhost:3001';
const here = { DATA_DIR: dataDirectory(), REGION_URLS };
const there = { DATA_DIR: dataDirectory(), REGION: 'germany', BASE_URL: 'http://localhost:3001', REGION_URLS };
const many = 3_000;
const passwordHash = '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

interface Tenants {
  readonly tenants: readonly { id: string; status: string; users: number; unlisted?: boolean }[];
}
interface Done {
  readonly ok: boolean;
  readonly overwritten: boolean;
  readonly tables: readonly { table: string; was: number; left: number }[];
}
const findTenant = async (environment: typeof here) =>
  (await json<Tenants>(['tenant', 'list'], environment)).tenants[0];

async function withStores<T>(environment: typeof here, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({ kind: 'sqlite', file: path.join(environment.DATA_DIR, 'parvis.sqlite') });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function addTenant(): Promise<string> {
  const names = ['--name', 'Kanarienvogel AG', '--admin-name', 'Ada Zeisig', '--admin-username', 'ada@zeisig.example'];
  const { tenantId } = await json<{ tenantId: string }>(
    ['tenant', 'add', ...names, '--domain', 'zeisig.example', '--language', 'en'],
    here,
  );
  await withStores(here, (database) => {
    const tenant = { id: tenantId, name: 'Kanarienvogel AG', language: 'en' } as const;
    const scope = createScope({
      rules: worldwide,
      language: 'en',
      requestId: 'r',
      now: 0,
      address: null,
      tenant,
      principal: operator,
    });
    const people = Array.from({ length: many }, (_, n) =>
      newUser({ username: `gimpel${n}@zeisig.example`, passwordHash }),
    );
    return usersStore.insertMany(database, scope, people);
  });
  return tenantId;
}

/** Kills a command after some time. @returns whether it was still running */
async function killAfter(args: readonly string[], environment: typeof here, afterMs: number): Promise<boolean> {
  const child = start(args, environment);
  const ended = new Promise((resolve) => child.once('close', resolve));
  await delay(afterMs);
  const wasRunning = child.exitCode === null;
  child.kill('SIGKILL');
  await ended;
  return wasRunning;
}

describe('the commands that move a tenant', async () => {
  const id = await addTenant();
  const bundle = path.join(here.DATA_DIR, '../bundle.age');
  const receipt = path.join(here.DATA_DIR, '../receipt.json');
  const key = await json<{ recipient: string; fingerprint: string; region: string }>(['region', 'key'], there);
  const out = ['tenant', 'move-out', id, '--to', 'germany', '--recipient', key.recipient, '--passwords', 'keep'];
  const takeIn = ['tenant', 'move-in', bundle, '--receipt', receipt];
  const done = ['tenant', 'move-done', id, '--receipt', receipt, '--yes'];

  test('region key prints the same key each time, and only the owner of the secret key file can read it', async () => {
    assert.match(key.recipient, /^age1[0-9a-z]{58}$/);
    assert.deepEqual(await json(['region', 'key'], there), key);
    assert.equal(statSync(path.join(there.DATA_DIR, 'region-identity')).mode & 0o777, 0o600);
    const signing = await json<{ fingerprint: string }>(['route', 'key'], there);
    assert.equal(signing.fingerprint, key.fingerprint);
  });

  test('move-out marks the tenant as moving, so that other commands refuse to change it', async () => {
    assert.match(await fault([...out.slice(0, -1), 'maybe', '--file', bundle], here), /Allowed choices/);
    assert.match(await fault([...out, '--file', here.DATA_DIR], here), /already exists/);
    await json([...out, '--file', bundle], here);
    assert.equal((await findTenant(here))?.status, 'moving');
    assert.match(await fault(['tenant', 'resume', id], here), /being moved/);
    assert.match(await fault(['user', 'reset-password', 'ada@zeisig.example'], here), /moving/);
    assert.match(await fault(['user', 'remove-second-factor', 'ada@zeisig.example'], here), /moving/);
    assert.ok(!readFileSync(bundle, 'latin1').includes('zeisig'));
    assert.equal(statSync(bundle).mode & 0o777, 0o600);
  });

  test('move-cancel explains the risk and requires --force and a reason once the bundle is complete', async () => {
    const cancel = ['tenant', 'move-cancel', id];
    const risk = /active in both regions.*operator of germany.*"tenant list"/;
    for (const args of [cancel, [...cancel, '--reason', 'lost'], [...cancel, '--force', '--reason', ' ']])
      assert.match(await fault(args, here), risk, args.join(' '));
    assert.match(await fault([...cancel, '--force'], here), risk);
    assert.equal((await findTenant(here))?.status, 'moving');
    const forced = [...cancel, '--force', '--reason', 'The file was lost', '--yes'];
    const { code, stdout } = await run(forced, here);
    assert.deepEqual([code, (await findTenant(here))?.status], [0, 'active']);
    assert.match(stdout, /^Kanarienvogel AG is active\.\nRisk: .*active in both regions.*\n$/);
    const again = `${bundle}.again`;
    await json([...out, '--file', again], here);
    const said = await json<{ status: string; forced: boolean; risk: string }>(forced, here);
    assert.deepEqual([said.status, said.forced], ['active', true]);
    assert.match(said.risk, /both regions/);
    rmSync(bundle);
    await json([...out, '--file', bundle], here);
  });

  test('move-in checks the receipt file first and leaves no receipt behind after a failure', async () => {
    const unwritable = path.join(there.DATA_DIR, 'nowhere/receipt.json');
    assert.match(await fault(['tenant', 'move-in', bundle, '--receipt', unwritable], there), /no such file/);
    assert.match(await fault(['tenant', 'move-in', bundle, '--receipt', bundle], there), /already exists/);
    await fault(['tenant', 'move-in', `${bundle}.nowhere`, '--receipt', receipt], there);
    assert.equal(existsSync(receipt), false);
    assert.equal(await findTenant(there), undefined);
  });

  test('move-in is atomic even if it is killed midway', async () => {
    let undone = 0;
    // At least one of these delays interrupts the command, on fast and slow machines alike.
    for (const afterMs of [400, 600, 800, 1_000, 1_200, 1_500]) {
      if (await killAfter(takeIn, there, afterMs)) undone++;
      const users = (await findTenant(there))?.users ?? 0;
      assert.ok(users === 0 || users === many + 1, String(users));
      if (users > 0) break;
    }
    assert.ok(undone > 0, 'the command was never interrupted');
    if ((await findTenant(there)) === undefined) await json(takeIn, there);
    else writeFileSync(receipt, (await run(['tenant', 'receipt', id], there)).stdout);
    assert.deepEqual([(await findTenant(there))?.status, (await findTenant(there))?.users], ['active', many + 1]);
    assert.match(await fault(['tenant', 'move-in', bundle], there), /already imported/);
    assert.equal((await json<{ ok: boolean }>(['activity', 'verify'], there)).ok, true);
    const given = JSON.parse(readFileSync(receipt, 'utf8')) as Receipt;
    assert.equal(given.tables.find(({ name }) => name === 'users')?.rows, many + 1);
  });

  test('move-done is atomic even if it is killed midway, and can be repeated', async () => {
    for (const afterMs of [900, 1_200]) {
      await killAfter(done, here, afterMs);
      const users = (await findTenant(here))?.users ?? 0;
      assert.ok(users === 0 || users === many + 1, String(users));
    }
    const report = await json<Done>(done, here);
    assert.deepEqual([report.ok, report.overwritten], [true, true]);
    assert.deepEqual(
      report.tables.filter(({ left }) => left !== 0),
      [],
    );
    assert.equal(report.tables.find(({ table }) => table === 'users')?.was, many + 1);
    for (const file of ['parvis.sqlite', 'parvis.sqlite-wal']) {
      const bytes = readFileIfAny(path.join(here.DATA_DIR, file));
      for (const canary of ['Kanarienvogel', 'ada@zeisig', 'gimpel']) assert.ok(!bytes.includes(canary), canary);
    }
    assert.equal(await findTenant(here), undefined);
  });

  test('moves lists the move in both regions, and both redirect the domain', async () => {
    const routes = { routes: [{ domain: 'zeisig.example', region: 'germany' }] };
    assert.deepEqual(await json(['route', 'list'], here), routes);
    assert.deepEqual(await json(['route', 'list'], there), routes);
    const { moves } = await json<{ moves: Record<string, unknown>[] }>(['tenant', 'moves'], here);
    assert.deepEqual(
      moves.map(({ tenantId, direction, region, status }) => [tenantId, direction, region, status]),
      ['cancelled', 'cancelled', 'done'].map((status) => [id, 'out', 'germany', status]),
    );
    assert.match((await run(['tenant', 'moves'], there)).stdout, /in {2}worldwide {2}done/);
  });

  test('report each fault in one line', async () => {
    writeFileSync(`${receipt}.bad`, 'no receipt');
    const table: [args: string[], words: RegExp][] = [
      [['move-out', 'nobody', ...out.slice(3), '--file', `${bundle}.2`], /Tenant not found/],
      [['move-in', `${bundle}.nowhere`], /cannot be read/],
      [['move-in', `${receipt}.bad`], /damaged|not a bundle/],
      [['move-in', bundle, '--accept-key', 'beef'], /another key/],
      [['move-done', 'nobody', '--receipt', receipt], /Tenant not found/],
      [['move-done', id, '--receipt', `${receipt}.bad`], /not a receipt/],
      [['move-cancel', id], /not moving/],
      [['receipt', 'nobody'], /was imported into this region/],
    ];
    for (const [args, words] of table) assert.match(await fault(['tenant', ...args], there), words, args.join(' '));
  });
});

function readFileIfAny(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
