import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fault, json, run } from './command.ts';
import { unmovedTables } from '../../src/core/moving/tenant-tables.ts';
import { acceptKeyOf, addTenant, findTenant, here, there, type Tenants } from './moving-regions.ts';

describe('the commands that cancel a move', async () => {
  const id = await addTenant(10);
  const bundle = path.join(here.DATA_DIR, '../bundle.age');
  const key = await json<{ recipient: string }>(['region', 'key'], there);
  const to = ['--to', 'germany', '--recipient', key.recipient];
  const out = ['tenant', 'move-out', id, ...to, '--yes', '--passwords', 'keep'];

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

  test('move-out prints the counts of unmoved data before it starts, and a dry run changes nothing', async () => {
    const other = await addTenant(2, 'amsel.example');
    const file = `${bundle}.counted`;
    const order = ['tenant', 'move-out', other, ...to, '--passwords', 'keep', '--file', file];
    const { code, stdout } = await run([...order, '--dry-run'], here);
    const line = /do not move.*authenticator apps and recovery codes: 0; sessions, which end: 0; approval requests/;
    assert.deepEqual([code, existsSync(file)], [0, false]);
    assert.match(stdout, line);
    const { counts } = await json<{ counts: Record<string, number> }>([...order, '--dry-run'], here);
    // Without a terminal, move-out makes the change after printing its effects, because it can be canceled.
    const made = await run(order, here);
    assert.deepEqual([made.code, existsSync(file)], [0, true]);
    assert.ok(made.stdout.search(line) < made.stdout.indexOf('bundle written to'));
    await json(['tenant', 'move-cancel', other, '--force', '--reason', 'counted', '--yes'], here);
    const { notMoved } = await json<{ notMoved: Record<string, number> }>([...order, '--file', `${file}.again`], here);
    assert.deepEqual(counts, { users: 3, waitForLink: 0, secondFactors: 0, ...notMoved });
    assert.deepEqual(Object.keys(notMoved).sort(), unmovedTables.map(({ name }) => name).sort());
  });

  test('moves lists canceled and open moves with their fingerprints', async () => {
    const moves = await movesIn(here);
    const own = moves.filter(({ tenantId }) => tenantId === id);
    assert.deepEqual(
      own.map(({ status }) => status),
      ['cancelled', 'cancelled', 'open'],
    );
    for (const { moveFingerprint } of moves) assert.match(moveFingerprint, /^[0-9a-f]{4}(-[0-9a-f]{4}){7}$/);
  });

  test('move-refuse needs either the bundle or the fingerprint of its move', async () => {
    const refuse = ['tenant', 'move-refuse'];
    const table: [args: string[], words: RegExp][] = [
      [[], /either the bundle, or the fingerprint/],
      [[bundle, '--move', 'beef'], /either the bundle, or the fingerprint/],
      [['--move', 'beef'], /"beef" is not the fingerprint of a move/],
      [[`${bundle}.nowhere`], /cannot be read/],
      [[path.join(here.DATA_DIR, 'parvis.sqlite')], /damaged/],
      [[bundle], /permanent: this region will never import it.*use --yes/],
    ];
    for (const [args, words] of table) assert.match(await fault([...refuse, ...args], there), words, args.join(' '));
    assert.match(await fault([...refuse, bundle, '--yes'], here), /not a bundle|another region/);
  });

  test('move-refuse writes a release that lets move-cancel succeed without --force', async () => {
    const release = path.join(here.DATA_DIR, '../release.json');
    const refuse = ['tenant', 'move-refuse', bundle, '--yes'];
    const { code, stdout } = await run([...refuse, '--release', release], there);
    assert.deepEqual([code, stdout.includes('Kanarienvogel AG from worldwide')], [0, true], stdout);
    const again = await json<{ release: object; moveFingerprint: string }>(refuse, there);
    assert.deepEqual(again.release, JSON.parse(readFileSync(release, 'utf8')));
    assert.match(await fault([...refuse, '--release', release], there), /already exists/);
    assert.match(await fault(['tenant', 'move-in', bundle, ...(await acceptKeyOf(here))], there), /refused the bundle/);
    assert.match((await run(['tenant', 'moves'], there)).stdout, new RegExp(`refused .* ${again.moveFingerprint}`));
    const cancel = ['tenant', 'move-cancel', id, '--release', release];
    assert.match(await fault(cancel, here), /signed with a key of germany that is new.*use --accept-key/);
    const trusted = [...cancel, ...(await acceptKeyOf(there))];
    assert.match(await fault(trusted, here), /makes the tenant active.*use --yes/);
    const result = await json<{ status: string; forced: boolean }>([...trusted, '--yes'], here);
    assert.deepEqual([result.status, result.forced], ['active', false]);
    assert.match(await fault(['tenant', 'move-cancel', id, '--release', bundle], here), /not a release/);
  });

  test('move-refuse accepts the fingerprint of a move whose bundle is lost', async () => {
    const lost = `${bundle}.lost`;
    const { moveFingerprint } = await json<{ moveFingerprint: string }>([...out, '--file', lost], here);
    const { stdout } = await run(['tenant', 'move-refuse', '--move', moveFingerprint, '--yes'], there);
    const release = path.join(here.DATA_DIR, '../lost.json');
    writeFileSync(release, stdout.split('\n').at(-2) ?? '');
    await json(['tenant', 'move-cancel', id, '--release', release, '--yes'], here);
    assert.match(await fault(['tenant', 'move-in', lost, ...(await acceptKeyOf(here))], there), /refused the bundle/);
  });

  test('move-undo deletes the copy of a canceled move, with the signed cancellation of the other region', async () => {
    const file = `${bundle}.both`;
    const cancellation = path.join(here.DATA_DIR, '../cancellation.json');
    await json([...out, '--file', file], here);
    assert.match(
      await fault(['tenant', 'cancellation', id], here),
      /No move of Kanarienvogel AG was canceled, or another/,
    );
    await json(['tenant', 'move-in', file, ...(await acceptKeyOf(here))], there);
    assert.match(await fault(['tenant', 'move-refuse', file, '--yes'], there), /already imported/);
    await json(['tenant', 'move-cancel', id, '--force', '--reason', 'a mistake', '--yes'], here);
    assert.deepEqual([await stateIn(here), await stateIn(there)], ['active', 'active']);
    writeFileSync(cancellation, (await run(['tenant', 'cancellation', id], here)).stdout);
    const undo = ['tenant', 'move-undo', id, '--cancellation', cancellation];
    assert.match(await fault(undo, there), /permanently deletes Kanarienvogel AG.*users: 11.*canceled the move.*: 1\./);
    for (let times = 0; times < 2; times++) {
      const result = await json<{ ok: boolean; region: string }>([...undo, '--yes'], there);
      assert.deepEqual([result.ok, result.region], [true, 'worldwide']);
    }
    assert.deepEqual([await stateIn(here), await stateIn(there)], ['active', undefined]);
    assert.match(await fault(['tenant', 'move-undo', id, '--cancellation', bundle], there), /not a cancellation/);
    assert.match(await fault(['tenant', 'receipt', id], there), /was imported into this region/);
  });

  const stateIn = async (environment: typeof here) =>
    (await json<Tenants>(['tenant', 'list'], environment)).tenants.find((tenant) => tenant.id === id)?.status;
  const movesIn = async (environment: typeof here) => (await json<Moves>(['tenant', 'moves'], environment)).moves;
});

interface Moves {
  readonly moves: readonly { tenantId: string; status: string; moveFingerprint: string }[];
}
