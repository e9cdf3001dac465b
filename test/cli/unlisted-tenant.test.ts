import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SignedDirectory } from '../../src/core/directory/signed-directory.ts';
import { dataDirectory, fault, json, run } from './command.ts';

const here = { DATA_DIR: dataDirectory() };
const there = { DATA_DIR: dataDirectory(), REGION: 'germany' };
const shared = async (): Promise<string[]> => {
  const { routes } = JSON.parse((await run(['route', 'export'], here)).stdout) as SignedDirectory;
  return routes.map(({ domain }) => domain);
};

describe('an unlisted tenant', async () => {
  const admin = ['--admin-name', 'Ada', '--admin-username', 'ada@quiet.example'];
  const named = ['--name', 'Quiet', '--domain', 'quiet.example', '--language', 'en'];
  const { tenantId } = await json<{ tenantId: string }>(['tenant', 'add', '--unlisted', ...named, ...admin], here);
  const domains = ['loud.example', 'mail.quiet.example', 'quiet.example'];
  for (const domain of domains) await json(['route', 'add', domain, 'worldwide'], here);

  test('is left out of the exported directory, with all its subdomains', async () => {
    assert.deepEqual(await shared(), ['loud.example']);
    const { stdout } = await run(['route', 'export'], here);
    assert.ok(!stdout.includes('quiet'));
    const { fingerprint } = await json<{ fingerprint: string }>(['route', 'key'], here);
    await json(['route', 'import', '-', '--accept-key', fingerprint], there, stdout);
    const { routes } = await json<{ routes: unknown[] }>(['route', 'list'], there);
    assert.deepEqual(routes, [{ domain: 'loud.example', region: 'worldwide' }]);
  });

  test('is marked as unlisted in the list of tenants', async () => {
    const { tenants } = await json<{ tenants: { unlisted?: boolean }[] }>(['tenant', 'list'], here);
    assert.equal(tenants[0]?.unlisted, true);
    assert.match((await run(['tenant', 'list'], here)).stdout, /unlisted/);
  });

  test('can be listed again, and unlisted again', async () => {
    assert.deepEqual(await json(['tenant', 'publish', tenantId], here), { tenantId, listed: true });
    assert.deepEqual(await shared(), domains);
    await json(['tenant', 'unlist', tenantId], here);
    assert.deepEqual(await shared(), ['loud.example']);
    assert.match(await fault(['tenant', 'unlist', 'nobody'], here), /doesn’t exist/);
    assert.equal((await json<{ ok: boolean }>(['activity', 'verify'], here)).ok, true);
  });
});
