import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { dataDirectory, fault, json, run } from './command.ts';
import { acceptKeyOf, addTenant, here, there } from './moving-regions.ts';
import { runOnTerminal } from './terminal.ts';

describe('the first key of a region', async () => {
  const { recipient } = await json<{ recipient: string }>(['region', 'key'], there);
  const [, fingerprint = ''] = await acceptKeyOf(here);
  const asks = new RegExp(`signed with a key of worldwide that is new to this region: ${fingerprint}`);

  async function bundleOf(domain: string): Promise<string> {
    const id = await addTenant(1, domain);
    const file = path.join(here.DATA_DIR, `../${domain}.age`);
    const to = ['--to', 'germany', '--recipient', recipient, '--passwords', 'keep'];
    await json(['tenant', 'move-out', id, ...to, '--file', file, '--yes'], here);
    return file;
  }
  const bundle = await bundleOf('zeisig.example');
  const takeIn = ['tenant', 'move-in', bundle];
  const tenants = async () => (await json<{ tenants: unknown[] }>(['tenant', 'list'], there)).tenants.length;

  test('is not accepted without a terminal, and the message names its fingerprint', async () => {
    assert.match(await fault(takeIn, there), asks);
    assert.match(await fault(takeIn, there), new RegExp(`then use --accept-key ${fingerprint}`));
    const { code, stdout } = await run([...takeIn, '--json'], there);
    assert.deepEqual([code, (JSON.parse(stdout) as { ok: boolean }).ok], [1, false]);
    assert.match(await fault([...takeIn, '--accept-key', 'beef'], there), /another key/);
    assert.equal(await tenants(), 0);
  });

  test('is not accepted on a terminal unless the operator agrees', async () => {
    for (const answer of ['no\n', 'y\n', '\n', '']) {
      const { code, stdout } = await runOnTerminal(takeIn, there, answer);
      assert.equal(code, 1, answer);
      assert.match(stdout, asks);
      assert.match(stdout, /Trust this key\? \(yes\/no\)/);
    }
    assert.equal(await tenants(), 0);
  });

  test('is stored once the operator agrees, and needs no further confirmation', async () => {
    const { code } = await runOnTerminal(takeIn, there, 'yes\n');
    assert.deepEqual([code, await tenants()], [0, 1]);
    await json(['tenant', 'move-in', await bundleOf('amsel.example')], there);
  });

  test('of a directory is accepted with --yes or by its fingerprint, and is not changed otherwise', async () => {
    await json(['route', 'add', 'fink.example', 'germany'], there);
    const { stdout: directory } = await run(['route', 'export'], there);
    for (const accepted of [['--yes'], await acceptKeyOf(there)]) {
      const china = { DATA_DIR: dataDirectory(), REGION: 'china' };
      assert.match(await fault(['route', 'import', '-'], china, directory), /trusts a new key of germany .*use --yes/);
      await json(['route', 'import', '-', ...accepted], china, directory);
    }
  });
});
