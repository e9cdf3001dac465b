import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Receipt } from '../../src/core/moving/receipt.ts';
import { fault, json, run, start } from './command.ts';
import { acceptKeyOf, addTenant, findTenant, here, there } from './moving-regions.ts';

const many = 3_000;

interface Done {
  readonly ok: boolean;
  readonly overwritten: boolean;
  readonly tables: readonly { table: string; was: number; left: number }[];
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
  const id = await addTenant(many);
  const bundle = path.join(here.DATA_DIR, '../bundle.age');
  const receipt = path.join(here.DATA_DIR, '../receipt.json');
  const key = await json<{ recipient: string; fingerprint: string; region: string }>(['region', 'key'], there);
  const out = [
    'tenant',
    'move-out',
    id,
    '--to',
    'germany',
    '--recipient',
    key.recipient,
    '--passwords',
    'keep',
    '--yes',
  ];
  const takeIn = ['tenant', 'move-in', bundle, '--receipt', receipt, ...(await acceptKeyOf(here))];
  const done = ['tenant', 'move-done', id, '--receipt', receipt, ...(await acceptKeyOf(there)), '--yes'];
  await json([...out, '--file', bundle], here);

  test('region key prints the same key each time, and only the owner of the secret key file can read it', async () => {
    assert.match(key.recipient, /^age1[0-9a-z]{58}$/);
    assert.deepEqual(await json(['region', 'key'], there), key);
    assert.equal(statSync(path.join(there.DATA_DIR, 'region-identity')).mode & 0o777, 0o600);
    const signing = await json<{ fingerprint: string }>(['route', 'key'], there);
    assert.equal(signing.fingerprint, key.fingerprint);
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
      [[id, 'out', 'germany', 'done']],
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
      [['move-done', 'nobody', '--receipt', receipt, ...(await acceptKeyOf(there))], /Tenant not found/],
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
